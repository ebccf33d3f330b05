using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;
using Myeloma.Fhir.Validation.Base;
using Myeloma.Fhir.Validation.Codes;
using Myeloma.Fhir.Validation.Profiles;
using Myeloma.Fhir.Validation.Snapshots;

namespace Myeloma.Fhir.Validation;

/// <summary>
/// Checks resources against R4: structure, invariants, bindings, references, extensions, contained resources, bundles, and the profiles they name or are
/// asked to conform to. Rules are compiled when first met and kept; one validator serves all threads.
/// </summary>
/// <remarks>https://hl7.org/fhir/R4/validation.html</remarks>
public sealed class Validator
{
    public Validator(ValidatorSettings? settings = null)
        : this(settings ?? new ValidatorSettings(), new BaseRules())
    {
    }

    private Validator(ValidatorSettings settings, BaseRules rules)
    {
        Settings = settings;
        Definitions = new DefinitionCodes(Settings.Schema, Settings.Definitions, Settings.Concepts);
        Codes = Settings.Codes ?? Definitions.Ask;
        Rules = rules;
        Profiles = new ProfileCatalog(Settings.Schema, Settings.Definitions);
        Environment = new EvaluationContext
        {
            TimeProvider = Settings.TimeProvider,
            Limits = Settings.InvariantLimits,
            HtmlChecks = NarrativeCheck,
            MemberOf = MemberOf,
            ElementDefinition = BaseElementDefinitions.Find,
        };
    }

    internal ValidatorSettings Settings { get; }

    internal R4Schema Schema => Settings.Schema;

    internal CodeMembership Codes { get; }

    /// <summary>Value sets and code systems that are known whole.</summary>
    internal DefinitionCodes Definitions { get; }

    internal BaseRules Rules { get; }

    internal ProfileCatalog Profiles { get; }

    /// <summary>What every invariant sees; the resource is added for each.</summary>
    internal EvaluationContext Environment { get; }

    /// <summary>A validator with other definitions, which keeps what was compiled of the base definitions.</summary>
    /// <param name="definitions">As <see cref="ValidatorSettings.Definitions"/>.</param>
    public Validator With(Func<string, ResourceDocument?> definitions) => new(Settings with { Definitions = definitions }, Rules);

    /// <summary>Checks a resource and all that it holds.</summary>
    /// <returns>
    /// What was found, by position; each issue has a severity, a type, a message id, an expression, line and column. Empty when there is nothing to say; the
    /// resource is valid when none is an error. When there are more than <see cref="ValidationOptions.MaxIssues"/>, the last one says so.
    /// </returns>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public IReadOnlyList<Issue> Validate(ResourceDocument document, ValidationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(document);
        options ??= ValidationOptions.Default;
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxIssues, 1, nameof(options));
        var structural = StructuralCheck.Check(document, options.MaxIssues);
        var run = new ValidationRun(this, options);
        var root = new BaseWalk(run).Root(document.Root);
        foreach (var profile in options.Profiles)
            run.Conform(document.Root, root, profile, run.Issues, document.Root, "the request", isRequired: true);
        return run.Issues.Sorted(structural);
    }

    /// <summary>
    /// Only the codes of a document that must be in a value set and are not: what the structural check, which knows the enumerated sets, leaves over.
    /// Profiles that the document names count; a part of what <see cref="Validate"/> costs.
    /// </summary>
    /// <returns>Errors with the message id <c>code-not-in-value-set</c>, by position; empty when there are none.</returns>
    /// <exception cref="OperationCanceledException">The options' token was cancelled.</exception>
    public IReadOnlyList<Issue> RequiredBindings(ResourceDocument document, ValidationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(document);
        var run = new ValidationRun(this, options ?? ValidationOptions.Default, bindingsOnly: true);
        new BaseWalk(run).Root(document.Root);
        return run.Issues.IsEmpty ? [] : [.. run.Issues.Sorted([]).Where(issue => issue is { Severity: IssueSeverity.Error, MessageId: "code-not-in-value-set" or "too-many-issues" })];
    }

    /// <summary>The structural check has looked at its form; here remains whether it says anything.</summary>
    private static bool NarrativeCheck(Element div) => Invariants.NarrativeText.HasContent(div);

    private bool? MemberOf(Item item, string valueSet)
    {
        if (!item.IsElement || item.Element.IsPrimitive) return item.Text is { } code ? Verdict(Codes(valueSet, null, code)) : null;
        if (item.Element.Type.IsA("CodeableConcept"))
        {
            bool? any = false;
            foreach (var coding in item.Element.Children("coding"))
            {
                var verdict = MemberOf(coding, valueSet);
                if (verdict == true) return true;
                any = verdict is null ? null : any;
            }

            return any;
        }

        return item.Element.TextOf("code") is { } text ? Verdict(Codes(valueSet, item.Element.TextOf("system"), text)) : false;
    }

    private static bool? Verdict(CodeAnswer answer) => answer switch
    {
        CodeAnswer.Member => true,
        CodeAnswer.NotMember or CodeAnswer.UnknownCode => false,
        _ => null,
    };
}
