using Myeloma.Fhir.ClinicalReasoning.Regimens;
using Myeloma.Fhir.Interactions.Operations.Expressions;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Regimens;

/// <summary>One key for a drug, whatever codes a plan writes it with: by the stored concept maps, and by the Medication that an activity refers to.</summary>
/// <param name="sameMeaning">Codes of other systems that mean the same.</param>
internal sealed class DrugKeys(ResourceStore store, string baseUrl, Func<string, string, IReadOnlyList<(string System, string Code)>> sameMeaning)
{
    private const string OwnSystem = "http://myeloma-fhir.org/fhir/CodeSystem/drug";

    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    private readonly Dictionary<string, IReadOnlyList<(string System, string Code)>> medications = new(StringComparer.Ordinal);

    /// <summary>Reads the Medications that members refer to; <see cref="Of"/> answers at once afterwards.</summary>
    public async Task ReadAsync(RegimenContent content, CancellationToken cancellationToken)
    {
        var wanted = new Dictionary<ResourceKey, string>();
        foreach (var drug in content.Parts.SelectMany(part => part.Members).Select(member => member.Drug))
            if (drug.Codings is [("", var reference)] && !medications.ContainsKey(reference) && LocalReference.Find(reference, baseUrl) is { Key: var key }) wanted[key] = reference;
        if (wanted.Count == 0) return;
        foreach (var version in await store.FindAsync(wanted.Keys, cancellationToken))
        {
            if (version.IsDeleted) continue;
            var codes = new List<(string, string)>();
            foreach (var coding in ResourceDocument.Parse(version.Body, limits: Unlimited).Root.Child("code")?.Children("coding").ToList() ?? [])
                if (coding.TextOf("code") is { } code) codes.Add((coding.TextOf("system") ?? "", code));
            medications[wanted[version.Key]] = codes;
        }
    }

    /// <summary>The content with all codes of each drug, so that members are told for the same whatever codes a plan writes them with.</summary>
    public RegimenContent Resolved(RegimenContent content) => content with
    {
        Parts = [.. content.Parts.Select(part => part with { Members = [.. part.Members.Select(member => member with { Drug = new RegimenDrug(NameOf(member.Drug), CodesOf(member.Drug)) })] })],
    };

    /// <summary>Our own code reads better than a reference.</summary>
    private string NameOf(RegimenDrug drug) => drug.Codings is [("", var reference)] && drug.Name == reference && CodesOf(drug) is [var first, ..] ? first.Code : drug.Name;

    /// <summary>All codes that mean the drug: its own, and those that are related to them as equivalent.</summary>
    /// <returns>In ordinal order, our own system first; empty for a drug without codes.</returns>
    public IReadOnlyList<(string System, string Code)> CodesOf(RegimenDrug drug)
    {
        var own = drug.Codings is [("", var reference)] && medications.TryGetValue(reference, out var known) && known.Count > 0 ? known : drug.Codings;
        return
        [
            .. own.Concat(own.SelectMany(coding => sameMeaning(coding.System, coding.Code))).Distinct()
                .OrderBy(coding => coding.System != OwnSystem).ThenBy(coding => coding.System, StringComparer.Ordinal).ThenBy(coding => coding.Code, StringComparer.Ordinal),
        ];
    }

    /// <summary>Our own code where there is one, else the first code; the name of a drug without codes.</summary>
    public string Of(RegimenDrug drug) => CodesOf(drug) is [var first, ..] ? $"{first.System}|{first.Code}" : $"name {drug.Name.Trim().ToLowerInvariant()}";
}
