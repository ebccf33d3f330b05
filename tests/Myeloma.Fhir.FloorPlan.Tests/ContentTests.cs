using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace Myeloma.Fhir.FloorPlan.Tests;

/// <summary>Content belongs in documents and data: no drug and no regimen is named in code.</summary>
public sealed partial class ContentTests
{
    [Fact]
    public void No_code_names_a_drug_of_the_lexicon_or_a_regimen_of_the_seeds()
    {
        var words = Drugs().Concat(Regimens()).ToHashSet(StringComparer.Ordinal);

        var found = Named(words, SourceTree.Code());

        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    [Fact]
    public void A_name_in_code_would_be_found_in_any_spelling_of_its_letters_and_as_a_whole_word_only()
    {
        HashSet<string> words = ["exampleumab", "ExD"];

        var found = Named(words,
        [
            ("a.cs", "var drug = \"Exampleumab\";"),
            ("b.cs", "// given as ExD"),
            ("c.cs", "var index = ExDimension; var exd = 1;"),
        ]);

        Assert.Equal(["a.cs: Exampleumab", "b.cs: ExD"], found);
    }

    /// <summary>Long words in any case; short ones, which abbreviations are, exactly as written.</summary>
    private static List<string> Named(HashSet<string> words, IEnumerable<(string Path, string Text)> files)
    {
        const int ShortestInAnyCase = 6;
        var anyCase = words.Where(word => word.Length >= ShortestInAnyCase).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. from file in files
                   from Match match in Word().Matches(file.Text)
                   where words.Contains(match.Value) || anyCase.Contains(match.Value)
                   select $"{file.Path}: {match.Value}"];
    }

    /// <summary>Names, brands, spellings and abbreviations that are one word; parts of longer ones may be plain words of chemistry.</summary>
    private static IEnumerable<string> Drugs() =>
        from path in SourceTree.Files("src/Myeloma.Fhir.Loader", "drugs.json")
        from drug in Parse(path).GetProperty("drugs").EnumerateArray()
        from property in drug.EnumerateObject()
        from name in Texts(property.Value)
        where name.Length >= 3 && Word().Match(name).Value == name
        select name;

    /// <summary>The identifiers of the plans that the loader made of the seeds: the abbreviations as written.</summary>
    private static IEnumerable<string> Regimens() =>
        from path in SourceTree.Files("fhir-resources/built", "*.json")
        from plan in Resources(Parse(path))
        where plan.GetProperty("resourceType").ValueEquals("PlanDefinition") && plan.TryGetProperty("identifier", out _)
        from identifier in plan.GetProperty("identifier").EnumerateArray()
        where identifier.TryGetProperty("value", out _)
        select identifier.GetProperty("value").GetString()!;

    private static IEnumerable<JsonElement> Resources(JsonElement resource) =>
        resource.TryGetProperty("entry", out var entries)
            ? entries.EnumerateArray().Where(entry => entry.TryGetProperty("resource", out _)).Select(entry => entry.GetProperty("resource"))
            : resource.TryGetProperty("resourceType", out _) ? [resource] : [];

    private static IEnumerable<string> Texts(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Texts),
        _ => [],
    };

    private static JsonElement Parse(string path) => JsonDocument.Parse(SourceTree.Text(path)).RootElement;

    [GeneratedRegex(@"[\p{L}\p{N}]+(-[\p{L}\p{N}]+)*")]
    private static partial Regex Word();
}
