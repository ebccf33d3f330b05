using Myeloma.Fhir.ClinicalReasoning;
using Myeloma.Fhir.ClinicalReasoning.Regimens;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Search;
using Myeloma.Fhir.Search.Parameters;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Regimens;

/// <summary>Finds by index the plans that may have the same drugs, and reads which of them do.</summary>
/// <param name="max">Most plans that are read.</param>
internal sealed class SameRegimenSearch(ResourceStore store, SearchParameterRegistry registry, SearchOptions options, ApplySources sources, ApplyLimits limits, DrugKeys keys, int max)
{
    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    /// <summary>A plan with the same drugs.</summary>
    internal sealed record Match(ResourceDocument Plan, RegimenContent Content, RegimenFingerprint Fingerprint);

    /// <returns>The plans with the same set of drugs as the content, by their ids; none for a plan without members.</returns>
    /// <param name="own">The plan itself, which is left out.</param>
    /// <exception cref="FhirException"><c>too-costly</c>: more plans with these drugs than may be read.</exception>
    public async Task<IReadOnlyList<Match>> FindAsync(RegimenContent content, RegimenFingerprint fingerprint, ResourceKey? own, CancellationToken cancellationToken)
    {
        var drugs = content.Parts.SelectMany(part => part.Members).Select(member => member.Drug).DistinctBy(keys.Of).ToList();
        if (drugs.Count == 0) return [];
        var found = new List<Match>();
        foreach (var plan in await CandidatesAsync(drugs, cancellationToken))
        {
            if (new ResourceKey("PlanDefinition", plan.Id!) == own) continue;
            var other = Read(plan, cancellationToken);
            if (other is null) continue;
            await keys.ReadAsync(other, cancellationToken);
            var theirs = RegimenFingerprint.Of(other, keys.Of);
            if (theirs.Combination == fingerprint.Combination) found.Add(new Match(plan, other, theirs));
        }

        return found;
    }

    /// <summary>Plans that name a code of every drug, themselves or in what they contain; and those that use a stored activity of any of them, which a plan that writes its drugs in both ways does.</summary>
    private async Task<IReadOnlyCollection<ResourceDocument>> CandidatesAsync(List<RegimenDrug> drugs, CancellationToken cancellationToken)
    {
        var found = new SortedDictionary<string, ResourceDocument>(StringComparer.Ordinal);
        var coded = drugs.Where(drug => keys.CodesOf(drug).Count > 0).ToList();
        if (coded.Count == 0)
        {
            // Nothing but names is known: plans that have their words are read.
            var words = drugs.SelectMany(drug => Words(drug.Name)).Distinct().Select(word => KeyValuePair.Create("_content", word)).ToList();
            if (words.Count > 0) await AddAsync("PlanDefinition", words, found, cancellationToken);
            return found.Values;
        }

        await AddAsync("PlanDefinition", [.. coded.Select(drug => KeyValuePair.Create("uses-code", Alternatives(keys.CodesOf(drug))))], found, cancellationToken);
        var activities = new SortedDictionary<string, ResourceDocument>(StringComparer.Ordinal);
        foreach (var codes in coded.Select(drug => Alternatives(keys.CodesOf(drug))))
        {
            await AddAsync("ActivityDefinition", [new("uses-code", codes)], activities, cancellationToken);
            await AddAsync("ActivityDefinition", [new("product.code", codes)], activities, cancellationToken);
        }

        foreach (var url in activities.Values.Select(activity => activity.Root.TextOf("url")).OfType<string>().Distinct())
            await AddAsync("PlanDefinition", [new("uses", Escaped(url))], found, cancellationToken);
        return found.Values;
    }

    private async Task AddAsync(string type, IReadOnlyList<KeyValuePair<string, string>> criteria, SortedDictionary<string, ResourceDocument> found, CancellationToken cancellationToken)
    {
        var search = SearchRequest.Bind(type, [.. criteria, new("_count", FormattableString.Invariant($"{max + 1}")), new("_total", "none")], registry, options with { Strict = true, MaxCount = max + 1 });
        foreach (var match in (await store.SearchAsync(search, cancellationToken)).Matches) found.TryAdd(match.Key.Id, ResourceDocument.Parse(match.Body, limits: Unlimited));
        if (found.Count > max)
            throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"More than {max:N0} plans have drugs of this one, the limit of this server (setting Fhir:Artifacts:MaxResources).")));
    }

    /// <returns>Null for a plan that is too large to be read.</returns>
    private RegimenContent? Read(ResourceDocument plan, CancellationToken cancellationToken)
    {
        try
        {
            return RegimenReading.Of(plan.Root, sources, limits, cancellationToken);
        }
        catch (FhirException fault) when (fault.Issues.All(issue => issue.Type == IssueType.TooCostly))
        {
            return null;
        }
    }

    /// <summary>Runs of letters and digits, which a full text search takes as they are.</summary>
    private static IEnumerable<string> Words(string name) =>
        new string([.. name.Select(letter => char.IsLetterOrDigit(letter) ? letter : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(word => word is not ("and" or "or" or "not"));

    private static string Alternatives(IReadOnlyList<(string System, string Code)> codes) => string.Join(',', codes.Where(code => code.System.Length > 0).Select(code => $"{Escaped(code.System)}|{Escaped(code.Code)}").DefaultIfEmpty(Escaped(codes[0].Code)));

    /// <summary>A value of a search as it stands. https://hl7.org/fhir/R4/search.html#escaping</summary>
    private static string Escaped(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("$", "\\$", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);
}
