using Myeloma.Fhir.Loader.Facts;

namespace Myeloma.Fhir.Loader.Rules;

/// <summary>Brands and abbreviations given beside a drug's name: "generic (Brand)", "Brand (generic)", "generic (ABC, Brand)".</summary>
/// <remarks>One fact a drug and name: where the sentence is about the drug, else at the first place.</remarks>
internal sealed class BrandRule : IFactRule
{
    public IEnumerable<Fact> Find(Reading reading)
    {
        var brands = new Dictionary<(DrugKey, string), (Fact Fact, bool IsSubject)>();
        var abbreviations = new Dictionary<(DrugKey, string), Fact>();
        foreach (var sentence in reading.Sentences.Where(sentence => !sentence.IsReference))
        {
            foreach (var group in sentence.Groups)
            {
                var isSubject = sentence.Subject is { IsPronoun: false } subject && subject.Drugs.Contains(group);
                var isPair = group.Brands.Count > 0 && group.To - group.From > 1 && !group.Brands.Exists(brand => brand.Span == group.Name);
                foreach (var brand in isPair ? group.Brands : [])
                {
                    var key = (group.Drug, brand.Written.ToUpperInvariant());
                    if (brands.TryGetValue(key, out var known) && (known.IsSubject || !isSubject)) continue;
                    brands[key] = (new BrandFact(group.Drug, brand.Written, brand.Span), isSubject);
                }

                foreach (var abbreviation in group.Abbreviations.Where(name => name.Span != group.Name))
                    abbreviations.TryAdd((group.Drug, abbreviation.Written), new DrugAbbreviationFact(group.Drug, abbreviation.Written, abbreviation.Span));
                if (group.ForeignBrand is { } foreign)
                    reading.Refuse(foreign.Span, $"{foreign.Written} is known as a name of another drug than {group.Drug.Name}");
            }
        }

        return brands.Values.Select(brand => brand.Fact).Concat(abbreviations.Values);
    }
}
