using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.ClinicalReasoning.Expressions;
using Myeloma.Fhir.ClinicalReasoning.Results;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Actions;

/// <summary>One <c>$apply</c> under way: the request, what it found and made so far, and how much it may still cost.</summary>
internal sealed class ApplyRun
{
    private readonly ExpressionEvaluation expressions;
    private readonly ContainedResources contained;
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly List<Definition> open = [];
    private int actions;
    private int evaluations;

    public ApplyRun(ApplyRequest request, ApplySources sources, ApplyLimits limits, CancellationToken cancellationToken)
    {
        (Request, Limits, Cancellation) = (request, limits, cancellationToken);
        var data = new DataIndex(request.Data);
        Variables = new RequestVariables(request, sources, data);
        Definitions = new CanonicalResolution(sources, data.All);
        expressions = new ExpressionEvaluation(sources, limits, Variables, Definitions, request.Now);
        contained = new ContainedResources(Resources);
    }

    public ApplyRequest Request { get; }

    public ApplyLimits Limits { get; }

    public CanonicalResolution Definitions { get; }

    public RequestVariables Variables { get; }

    public ProducedResources Resources { get; } = new();

    /// <summary>What the reader of the result has to know.</summary>
    public List<Issue> Issues { get; } = [];

    /// <summary>Goals of the plan and of those nested in it, in order.</summary>
    public List<string> Goals { get; } = [];

    private CancellationToken Cancellation { get; }

    /// <summary>The time of the request as a dateTime, to the second.</summary>
    public JsonNode Now => JsonValue.Create(Request.Now.ToString(Request.Now.Offset == TimeSpan.Zero ? "yyyy-MM-ddTHH:mm:ssZ" : "yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture));

    /// <summary>Counts an action that is looked at.</summary>
    /// <exception cref="FhirException"><c>too-costly</c>: past a limit.</exception>
    public void Enter(int depth)
    {
        Watch();
        if (++actions > Limits.MaxActions) throw TooCostly($"The plan and those it uses have more than {Limits.MaxActions:N0} actions, the limit of $apply.");
        if (depth > Limits.MaxActionDepth) throw TooCostly($"Actions of the plan and those it uses are more than {Limits.MaxActionDepth:N0} deep, the limit of $apply.");
    }

    /// <summary>Evaluates an Expression.</summary>
    /// <exception cref="FhirException"><c>too-costly</c>: past a limit of the whole; those of the expression are its answer.</exception>
    public ExpressionAnswer Evaluate(Element expression, ExpressionScope scope)
    {
        Watch();
        if (++evaluations > Limits.MaxExpressions) throw TooCostly($"The plan and those it uses have more than {Limits.MaxExpressions:N0} expressions, the limit of $apply.");
        return expressions.Evaluate(expression, scope);
    }

    /// <summary>Goes into a definition; to be left with <see cref="Close"/>.</summary>
    /// <returns>Why it can't be applied; null when it can.</returns>
    public string? Open(Definition definition)
    {
        if (open.FindIndex(definition.IsSame) is >= 0 and var first)
            return $"it leads back to itself: {string.Join(" uses ", open.Skip(first).Append(definition).Select(each => each.Name))}";
        if (open.Count >= Limits.MaxDefinitionDepth) return FormattableString.Invariant($"definitions are more than {Limits.MaxDefinitionDepth:N0} deep, the limit of $apply");
        open.Add(definition);
        return null;
    }

    /// <summary>The definitions it is in now, outermost first.</summary>
    public IReadOnlyList<Definition> Opened => [.. open];

    /// <summary>Goes back to where it was, to go on there.</summary>
    public void Reopen(IReadOnlyList<Definition> opened)
    {
        open.Clear();
        open.AddRange(opened);
    }

    public void Close() => open.RemoveAt(open.Count - 1);

    /// <summary>Takes along what a part of a definition points at in the definition's contained resources, and lets it point there.</summary>
    public void TakeAlong(JsonNode part, Definition from) => contained.TakeAlong(part, from);

    /// <summary>Reports something at an element of a definition.</summary>
    public void Report(IssueSeverity severity, IssueType type, Definition definition, Element at, string text, string messageId) =>
        Issues.Add(new Issue(severity, type, $"{definition.Name}: {text}", at.Document.ExpressionOf(at), MessageId: messageId));

    /// <summary>Ends what takes too long.</summary>
    /// <exception cref="FhirException"><c>too-costly</c>: past the limit of time.</exception>
    public void Watch()
    {
        Cancellation.ThrowIfCancellationRequested();
        if (Stopwatch.GetElapsedTime(started) > Limits.MaxTime) throw TooCostly($"Applying takes longer than {Limits.MaxTime.TotalSeconds:0.#} s, the limit of $apply.");
    }

    private static FhirException TooCostly(FormattableString text) => new(Issue.TooCostly(FormattableString.Invariant(text)));
}
