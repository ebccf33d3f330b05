using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Mapping;

/// <summary>A drug and every place in the text, references apart, that names it.</summary>
internal sealed record CatalogDrug(DrugKey Key, IReadOnlyList<Stated<DrugMention>> Mentions)
{
    /// <summary>One place a document: the first that gives the generic name, else the first of all.</summary>
    public IEnumerable<Citation> Introductions => Mentions
        .GroupBy(mention => mention.In.Document.FileName, StringComparer.Ordinal)
        .Select(group => (group.FirstOrDefault(mention => mention.Fact.Name == DrugNameKind.Generic) ?? group.First()).Here);
}

/// <summary>The drugs that the documents name, by slug.</summary>
internal sealed class DrugCatalog
{
    private readonly SortedDictionary<string, CatalogDrug> drugs = new(StringComparer.Ordinal);

    public IEnumerable<CatalogDrug> All => drugs.Values;

    public CatalogDrug? Find(DrugKey key) => drugs.GetValueOrDefault(key.Slug);

    public static DrugCatalog Of(FactSet facts)
    {
        var catalog = new DrugCatalog();
        var mentions = facts.Of<DrugMention>().Where(mention => mention.Fact.Part == DocumentPart.Body);
        foreach (var group in mentions.GroupBy(mention => mention.Fact.Drug.Slug, StringComparer.Ordinal))
        {
            var list = group.ToList();
            catalog.drugs[group.Key] = new CatalogDrug(list[0].Fact.Drug, list);
        }

        return catalog;
    }
}
