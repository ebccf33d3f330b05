using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Prepared;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary><c>CodeSystem/$lookup</c>. https://hl7.org/fhir/R4/codesystem-operation-lookup.html</summary>
public sealed class Lookup(TerminologyLimits limits)
{
    /// <summary>What the system says of a code: name, version, display, definition, designations, properties.</summary>
    /// <returns>
    /// Parameters as UTF-8 JSON. Designations begin with the display in the language of the system. Without <c>property</c> come <c>inactive</c>, parents and children
    /// are told when they are asked for, all with <c>*</c>.
    /// </returns>
    /// <exception cref="FhirException"><c>not-found</c>: the system, its version, a supplement or the code is not here; <c>required</c>: no code, or none with a system.</exception>
    public byte[] Answer(TerminologyCatalog catalog, TerminologyArguments arguments)
    {
        var request = new TerminologyRequest(catalog, limits, arguments);
        var (url, version, code) = Asked(arguments);
        var (system, supplements) = Resolve(request, url, version);
        var ordinal = system.Find(code);
        if (ordinal < 0)
        {
            var unknown = TerminologyIssues.UnknownCode(code, url, system.Version, "code") with { Type = IssueType.NotFound };
            throw new FhirException(system.Source.Grammar?.Fault(code) is { } fault ? [unknown, TerminologyIssues.NotByGrammar(code, fault, "code")] : [unknown]);
        }

        var output = JsonBuffer.Rent();
        Prepared(request, system, supplements).Write(output, ordinal);
        var json = output.Written.ToArray();
        JsonBuffer.Return(output);
        return json;
    }

    /// <summary>The question without its code.</summary>
    /// <param name="answer">What <see cref="Answer"/> said to the same parameters.</param>
    /// <returns>Null where the code decides on more than what is told of it.</returns>
    public PreparedQuestion? Prepare(TerminologyCatalog catalog, TerminologyArguments arguments, ReadOnlySpan<byte> answer)
    {
        var request = new TerminologyRequest(catalog, limits, arguments);
        var (url, version, code) = Asked(arguments);
        var (system, supplements) = Resolve(request, url, version);
        return system.Source.Grammar is null ? Prepared(request, system, supplements).If(code, "", answer) : null;
    }

    private static PreparedLookup Prepared(TerminologyRequest request, CompiledCodeSystem system, IReadOnlyList<CompiledCodeSystem> supplements) =>
        PreparedLookup.Of(system, [.. request.Arguments.Texts("property")], request.Languages, supplements);

    private static (CompiledCodeSystem System, IReadOnlyList<CompiledCodeSystem> Supplements) Resolve(TerminologyRequest request, string url, string? version)
    {
        var supplements = request.Supplements([]);
        var evaluation = request.Evaluation();
        var effective = evaluation.SystemVersions.Effective(url, version);
        return (evaluation.Find(url, effective) ?? throw new FhirException(TerminologyIssues.UnknownCodeSystem(url, effective, request.Catalog.VersionsOf(url), null)), supplements);
    }

    private static (string Url, string? Version, string Code) Asked(TerminologyArguments arguments)
    {
        var coding = arguments.Value("coding");
        var (url, code) = (arguments.Text("system") ?? coding?.TextOf("system"), arguments.Text("code") ?? coding?.TextOf("code"));
        if (url is null || code is null) throw new FhirException(Issue.Required("$lookup needs the parameters 'system' and 'code', or 'coding'."));
        return (url, arguments.Text("version") ?? coding?.TextOf("version"), code);
    }
}
