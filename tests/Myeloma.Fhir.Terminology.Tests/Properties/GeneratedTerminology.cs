using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Terminology.Tests.Properties;

/// <summary>A concept of a generated system: any number of parents, before or behind it, and a kind perhaps.</summary>
internal sealed record GeneratedConcept(string Code, string Display, IReadOnlyList<string> Parents, string? Kind, bool IsInactive);

/// <summary>A filter of a generated value set.</summary>
internal sealed record GeneratedFilter(string Property, string Operator, string Value);

/// <summary>An include or exclude: listed codes or filters, and perhaps an import.</summary>
internal sealed record GeneratedClause(IReadOnlyList<string> Codes, IReadOnlyList<GeneratedFilter> Filters, bool ImportsOther);

/// <summary>A code system without circles, and two value sets over it, of which the first may import the second.</summary>
internal sealed record GeneratedTerminology(IReadOnlyList<GeneratedConcept> Concepts, IReadOnlyList<GeneratedClause> Include, IReadOnlyList<GeneratedClause> Exclude, IReadOnlyList<GeneratedClause> Other)
{
    public const string System = "http://example.org/generated", Url = "http://example.org/set", OtherUrl = "http://example.org/other";

    public static Arbitrary<GeneratedTerminology> Arbitrary => Generator.ToArbitrary();

    private static Gen<GeneratedTerminology> Generator =>
        from count in Gen.Choose(1, 25)
        from concepts in Gen.CollectToArray(Enumerable.Range(0, count), Concept)
        from shift in Gen.Choose(0, count - 1)
        from include in Gen.NonEmptyListOf(Clause(count, canImport: true)).Resize(3)
        from exclude in Gen.ListOf(Clause(count, canImport: true)).Resize(2)
        from other in Gen.NonEmptyListOf(Clause(count, canImport: false)).Resize(2)
        select new GeneratedTerminology([.. concepts.Skip(shift), .. concepts.Take(shift)], [.. include], [.. exclude], [.. other]);

    public override string ToString() => string.Join('\n', Resources());

    public TerminologyCatalog Catalog() => new TerminologyCatalog(Model.Schema.R4Schema.Instance).With([.. Resources().Select(each => ResourceDocument.Parse(Encoding.UTF8.GetBytes(each)))]);

    /// <summary>The codes of the first value set by the words of the specification, one concept at a time.</summary>
    public HashSet<string> Members() =>
        [.. Concepts.Where(concept => Include.Any(clause => Selects(clause, concept)) && !Exclude.Any(clause => Selects(clause, concept))).Select(concept => concept.Code)];

    private bool Selects(GeneratedClause clause, GeneratedConcept concept) =>
        (clause.Codes.Count == 0 || clause.Codes.Contains(concept.Code)) && clause.Filters.All(filter => Passes(filter, concept))
        && (!clause.ImportsOther || Other.Any(each => Selects(each, concept)));

    private bool Passes(GeneratedFilter filter, GeneratedConcept concept) => filter.Operator switch
    {
        "is-a" => Above(concept.Code).Contains(filter.Value),
        "descendent-of" => concept.Code != filter.Value && Above(concept.Code).Contains(filter.Value),
        "is-not-a" => !Above(concept.Code).Contains(filter.Value),
        "generalizes" => Concepts.Any(each => each.Code == filter.Value) && Above(filter.Value).Contains(concept.Code),
        "child-of" => concept.Parents.Contains(filter.Value),
        "descendent-leaf" => concept.Code != filter.Value && Above(concept.Code).Contains(filter.Value) && !Concepts.Any(each => each.Parents.Contains(concept.Code)),
        "=" => ValueOf(filter.Property, concept) == filter.Value,
        "in" => filter.Value.Split(',').Contains(ValueOf(filter.Property, concept)),
        "not-in" => !filter.Value.Split(',').Contains(ValueOf(filter.Property, concept)),
        "exists" => ValueOf(filter.Property, concept) is not null == (filter.Value == "true"),
        "regex" => ValueOf(filter.Property, concept) is { } value && Regex.IsMatch(value, $"^(?:{filter.Value})$"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string? ValueOf(string property, GeneratedConcept concept) => property switch
    {
        "concept" => concept.Code,
        "display" => concept.Display,
        _ => concept.Kind,
    };

    private HashSet<string> Above(string code)
    {
        var seen = new HashSet<string> { code };
        var open = new Stack<string>([code]);
        while (open.TryPop(out var at))
            foreach (var parent in Concepts.First(each => each.Code == at).Parents)
                if (seen.Add(parent)) open.Push(parent);
        return seen;
    }

    private static string Code(int place) => string.Create(CultureInfo.InvariantCulture, $"c{place}");

    private static Gen<GeneratedConcept> Concept(int place) =>
        from parents in place == 0 ? Gen.Constant(new List<int>()) : Gen.ListOf(Gen.Choose(0, place - 1)).Resize(4)
        from kind in Gen.Elements("red", "green", "blue", null)
        from inactive in Gen.Elements(false, false, false, true)
        from word in Gen.Elements("Apple", "Pear", "Plum")
        select new GeneratedConcept(Code(place), $"{word} {place % 3}", [.. parents.Distinct().Select(Code)], kind, inactive);

    private static Gen<GeneratedClause> Clause(int count, bool canImport) =>
        from isList in Gen.Elements(true, false)
        from codes in Gen.ListOf(Gen.Choose(0, count)).Resize(6)
        from filters in Gen.ListOf(Filter(count)).Resize(2)
        from import in canImport ? Gen.Elements(true, false, false) : Gen.Constant(false)
        select isList && codes.Count > 0 ? new GeneratedClause([.. codes.Distinct().Select(Code)], [], import) : new GeneratedClause([], [.. filters], import);

    private static Gen<GeneratedFilter> Filter(int count) => Gen.OneOf(
        from op in Gen.Elements("is-a", "descendent-of", "is-not-a", "generalizes", "child-of", "descendent-leaf") from place in Gen.Choose(0, count - 1) select new GeneratedFilter("concept", op, Code(place)),
        from op in Gen.Elements("=", "in", "not-in") from value in Gen.Elements("red", "green", "black") select new GeneratedFilter("kind", op, op == "=" ? value : $"{value},blue"),
        from property in Gen.Elements("kind", "display") from value in Gen.Elements("true", "false") select new GeneratedFilter(property, "exists", value),
        from property in Gen.Elements("concept", "display", "kind") from value in Gen.Elements("c1.*", "P.* [01]", "red|blue", ".*e.*") select new GeneratedFilter(property, "regex", value),
        from place in Gen.Choose(0, count) select new GeneratedFilter("concept", "=", Code(place)));

    private IEnumerable<string> Resources()
    {
        yield return JsonSerializer.Serialize(new
        {
            resourceType = "CodeSystem", url = System, status = "active", content = "complete", caseSensitive = true,
            property = new[] { new { code = "kind", type = "code" }, new { code = "parent", type = "code" }, new { code = "inactive", type = "boolean" } },
            concept = Concepts.Select(concept => new
            {
                code = concept.Code, display = concept.Display,
                property = concept.Parents.Select(parent => (object)new { code = "parent", valueCode = parent })
                    .Concat(concept.Kind is { } kind ? [new { code = "kind", valueCode = kind }] : []).Concat([new { code = "inactive", valueBoolean = concept.IsInactive }]),
            }),
        });
        yield return ValueSet(Url, Include, Exclude);
        yield return ValueSet(OtherUrl, Other, []);
    }

    private static string ValueSet(string url, IReadOnlyList<GeneratedClause> include, IReadOnlyList<GeneratedClause> exclude)
    {
        var compose = new Dictionary<string, object> { ["include"] = include.Select(Clause) };
        if (exclude.Count > 0) compose["exclude"] = exclude.Select(Clause);
        return JsonSerializer.Serialize(new { resourceType = "ValueSet", url, status = "active", compose });
    }

    private static Dictionary<string, object> Clause(GeneratedClause clause)
    {
        var json = new Dictionary<string, object> { ["system"] = System };
        if (clause.Codes.Count > 0) json["concept"] = clause.Codes.Select(code => new { code });
        if (clause.Filters.Count > 0) json["filter"] = clause.Filters.Select(filter => new { property = filter.Property, op = filter.Operator, value = filter.Value });
        if (clause.ImportsOther) json["valueSet"] = new[] { OtherUrl };
        return json;
    }
}
