using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.CodeSystems;
using Myeloma.Fhir.Terminology.ValueSets;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary><c>ValueSet/$compare</c>: how the members of one value set stand to those of another. https://build.fhir.org/ig/HL7/fhir-tx-ecosystem-ig/</summary>
public sealed class ValueSetCompare(TerminologyLimits limits)
{
    /// <summary>What can be told without evaluating is told from the definitions; all else from the members.</summary>
    /// <returns>
    /// Parameters as UTF-8 JSON: <c>result</c>, always from the side of the first (<c>same</c>, <c>subset</c>, <c>superset</c>, <c>overlapping</c>, <c>disjoint</c>, <c>empty</c>, or <c>indeterminate</c> where it
    /// can't be told) and a <c>message</c>; with <c>diagnostics</c> also whether members were looked at, and the codes that make the difference, as many as an expansion may have.
    /// </returns>
    /// <exception cref="FhirException"><c>not-found</c>: a value set that is named; <c>required</c>: one of the two is not given; <c>value</c>: a policy of versions that there is not.</exception>
    public byte[] Answer(TerminologyCatalog catalog, TerminologyArguments arguments)
    {
        var request = new TerminologyRequest(catalog, limits, arguments);
        var (mine, other) = (ValueSet(request, "this"), ValueSet(request, "other"));
        var policy = arguments.Text("version-policy") switch
        {
            null or "as-needed" => VersionPolicy.AsNeeded,
            "always" => VersionPolicy.Always,
            "never" => VersionPolicy.Never,
            var unknown => throw new FhirException(Issue.Value($"The parameter 'version-policy' is always, as-needed or never, not '{unknown}'.")),
        };
        string? reason = null;
        SetComparison? comparison = null;
        try
        {
            if (new[] { mine, other }.FirstOrDefault(each => each.Include.Count == 0) is { } empty) reason = $"The value set '{empty.Canonical}' says nothing of its members";
            else comparison = new DefinitionComparison(request, policy).Compare(mine, other) ?? Members(request, policy, mine, other, out reason);
        }
        catch (FhirException fault)
        {
            reason = string.Join("; ", fault.Issues.Select(issue => issue.Diagnostics));
        }

        return JsonOutput.Parameters(writer =>
        {
            var result = comparison?.Result ?? "indeterminate";
            writer.Parameter("result", "valueCode", result);
            writer.Parameter("message", "valueString", Message(result, mine.Canonical, other.Canonical, reason));
            if (arguments.Boolean("diagnostics") != true) return;
            writer.Parameter("performed-expansion", comparison is null || comparison.IsExpanded);
            foreach (var (name, codes) in comparison?.Codes ?? [])
                if (codes.Count > 0) writer.Parameter(name, "valueString", string.Join(',', codes.Take(limits.MaxExpansion)));
        });
    }

    private static ValueSetSource ValueSet(TerminologyRequest request, string side)
    {
        if (request.Arguments.Resource($"{side}ValueSet") is { } sent)
            return sent.Type.Name == "ValueSet" ? ValueSetReading.Read(sent) : throw new FhirException(Issue.Invalid($"The parameter '{side}ValueSet' is a ValueSet, not {sent.Type.Name}."));
        return request.Arguments.Text($"{side}Url") is { } canonical ? request.ValueSet(canonical)
            : throw new FhirException(Issue.Required($"$compare needs the parameter '{side}Url', the canonical of a value set, or '{side}ValueSet', a value set itself."));
    }

    private static SetComparison? Members(TerminologyRequest request, VersionPolicy policy, ValueSetSource mine, ValueSetSource other, out string? reason)
    {
        var contents = new[] { mine, other }.Select(each => request.Evaluation(each).Evaluate(each)).ToList();
        reason = contents.SelectMany(content => content.Open).FirstOrDefault() is { } open ? TerminologyIssues.UnclosedReason(open) : null;
        if (reason is not null) return null;
        var comparison = new SetComparison(IsExpanded: true);
        foreach (var (system, code) in Codes(contents[0]))
            comparison.Add(code, isMine: true, isOther: IsMember(contents[1], system, code, policy));
        foreach (var (system, code) in Codes(contents[1]))
            if (!IsMember(contents[0], system, code, policy)) comparison.Add(code, isMine: false, isOther: true);
        return comparison.Result == "same" ? comparison.WithoutCodes() : comparison;
    }

    private static IEnumerable<(CompiledCodeSystem System, string Code)> Codes(ValueSetContent content) => content.Parts.SelectMany(part => part.From(0).Select(ordinal => (part.System, part.System.Code(ordinal))));

    private static bool IsMember(ValueSetContent content, CompiledCodeSystem system, string code, VersionPolicy policy)
    {
        foreach (var part in content.Parts)
        {
            if (part.System.Url != system.Url) continue;
            var isVersioned = policy == VersionPolicy.Always || (policy == VersionPolicy.AsNeeded && (part.System.Source.IsVersionNeeded || system.Source.IsVersionNeeded));
            if (isVersioned && part.System.Version != system.Version) continue;
            if (part.System.Find(code) is >= 0 and var ordinal && part.Set.Contains(ordinal)) return true;
        }

        return false;
    }

    private static string Message(string result, string mine, string other, string? reason) => result switch
    {
        "same" => $"The value sets {mine} and {other} contain the same codes",
        "subset" => $"The valueSet {mine} is a sub-set of the valueSet {other}",
        "superset" => $"The valueSet {mine} is a super-set of the valueSet {other}",
        "overlapping" => $"Both value sets {mine} and {other} contain the codes the other doesn't, but there is some overlap",
        "disjoint" => $"No shared codes between the value sets {mine} and {other}",
        "empty" => $"Both the value sets {mine} and {other} are empty",
        _ => $"Unable to compare {mine} and {other}: {reason}",
    };
}

/// <summary>Whether codes of different versions of a system are the same: never, where the system says so (<c>versionNeeded</c>), always.</summary>
internal enum VersionPolicy
{
    Never,
    AsNeeded,
    Always,
}

/// <summary>What two value sets have in common, and what only one has.</summary>
/// <param name="IsExpanded">Whether members were looked at.</param>
internal sealed record SetComparison(bool IsExpanded)
{
    private readonly List<string> common = [], missing = [], extra = [];

    public bool HasCommon { get; private set; }
    public bool HasMissing { get; private set; }
    public bool HasExtra { get; private set; }

    public string Result => (HasCommon, HasMissing, HasExtra) switch
    {
        (false, false, false) => "empty",
        (false, _, _) => "disjoint",
        (true, false, false) => "same",
        (true, true, true) => "overlapping",
        (true, true, false) => "superset",
        _ => "subset",
    };

    /// <summary>The codes that were met, by the name of the parameter that tells them.</summary>
    public IEnumerable<(string Name, IReadOnlyList<string> Codes)> Codes => [("common-codes", common), ("missing-codes", missing), ("extra-codes", extra)];

    /// <param name="code">Null where codes are meant that nobody lists.</param>
    public void Add(string? code, bool isMine, bool isOther)
    {
        var list = isMine && isOther ? common : isMine ? missing : extra;
        HasCommon |= isMine && isOther;
        HasMissing |= isMine && !isOther;
        HasExtra |= isOther && !isMine;
        if (code is not null) list.Add(code);
    }

    public SetComparison WithoutCodes()
    {
        foreach (var list in (List<string>[])[common, missing, extra]) list.Clear();
        return this;
    }
}
