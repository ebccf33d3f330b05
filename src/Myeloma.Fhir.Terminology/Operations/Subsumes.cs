using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.Prepared;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary><c>CodeSystem/$subsumes</c>. https://hl7.org/fhir/R4/codesystem-operation-subsumes.html</summary>
public sealed class Subsumes(TerminologyLimits limits)
{
    /// <returns>Parameters as UTF-8 JSON with <c>outcome</c>: equivalent, subsumes, subsumed-by or not-subsumed.</returns>
    /// <exception cref="FhirException"><c>not-found</c>: the system, its version or a code is not here; <c>required</c>: a code or the system is missing; <c>invalid</c>: codings of two systems.</exception>
    public byte[] Answer(TerminologyCatalog catalog, TerminologyArguments arguments)
    {
        var (system, left, right) = Resolve(catalog, arguments);
        var outcome = Outcome(system, Find(system, left, "codeA"), Find(system, right, "codeB"));
        return JsonOutput.Parameters(writer => writer.Parameter("outcome", "valueCode", outcome));
    }

    /// <summary>The question without its codes.</summary>
    /// <param name="answer">What <see cref="Answer"/> said to the same parameters.</param>
    /// <returns>Null where the codes decide on more than the outcome.</returns>
    public PreparedQuestion? Prepare(TerminologyCatalog catalog, TerminologyArguments arguments, ReadOnlySpan<byte> answer)
    {
        var (system, left, right) = Resolve(catalog, arguments);
        return system.Source.Grammar is null ? new PreparedSubsumption(system).If(left, right, answer) : null;
    }

    private (CompiledCodeSystem System, string Left, string Right) Resolve(TerminologyCatalog catalog, TerminologyArguments arguments)
    {
        var request = new TerminologyRequest(catalog, limits, arguments);
        var (left, right) = (Side(arguments, "A"), Side(arguments, "B"));
        var url = arguments.Text("system") ?? left.System ?? right.System ?? throw new FhirException(Issue.Required("$subsumes needs the parameter 'system', or a system in 'codingA' and 'codingB'."));
        foreach (var side in (string?[])[left.System, right.System])
            if (side is not null && side != url) throw new FhirException(Issue.Invalid($"$subsumes compares codes of one system, not of '{url}' and '{side}'."));
        var evaluation = request.Evaluation();
        var version = evaluation.SystemVersions.Effective(url, arguments.Text("version") ?? left.Version ?? right.Version);
        return (evaluation.Find(url, version) ?? throw new FhirException(TerminologyIssues.UnknownCodeSystem(url, version, request.Catalog.VersionsOf(url), null)), left.Code, right.Code);
    }

    /// <summary>How two concepts of one system stand to each other.</summary>
    public static string Outcome(CompiledCodeSystem system, int left, int right) =>
        left == right ? "equivalent"
        : system.Hierarchy.Subsumes(left, right) ? "subsumes"
        : system.Hierarchy.Subsumes(right, left) ? "subsumed-by"
        : "not-subsumed";

    private static (string? System, string? Version, string Code) Side(TerminologyArguments arguments, string side)
    {
        var coding = arguments.Value($"coding{side}");
        var code = arguments.Text($"code{side}") ?? coding?.TextOf("code")
            ?? throw new FhirException(Issue.Required($"$subsumes needs the parameter 'code{side}' or 'coding{side}'."));
        return (coding?.TextOf("system"), coding?.TextOf("version"), code);
    }

    private static int Find(CompiledCodeSystem system, string code, string expression) => system.Find(code) is >= 0 and var ordinal
        ? ordinal
        : throw new FhirException(TerminologyIssues.UnknownCode(code, system.Url, system.Version, expression) with { Type = IssueType.NotFound });
}
