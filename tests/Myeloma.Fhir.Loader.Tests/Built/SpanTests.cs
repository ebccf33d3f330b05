using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Myeloma.Fhir.Loader.Tests.Built;

/// <summary>Every place that an element names, cut from the file, holds the words the element claims.</summary>
public sealed partial class SpanTests
{
    private const string Derivation = "http://hl7.org/fhir/StructureDefinition/derivation-reference";
    private static readonly LoadResult Result = DriftTests.FromSeeds();

    private static readonly Dictionary<string, string> Texts = GoldFacts.Documents.Values.ToDictionary(
        document => $"DocumentReference/{StoredDocument.IdOf(document.Document.FileName)}", document => document.Document.Text);

    /// <summary>Codes of our own and the words that stand for them in a text.</summary>
    private static readonly Dictionary<string, string[]> WordsOfCodes = new()
    {
        ["subcutaneous"] = ["under the skin"],
        ["intravenous"] = ["into a vein"],
        ["oral"] = ["by mouth"],
        ["relapsed"] = ["relapsed", "come back"],
        ["increases"] = ["risk"],
        ["selective-inhibitor-of-nuclear-export"] = ["nuclear export", "selinexor"],
        ["lenalidomide"] = ["lenalidomide", "lenadiomide", "Revlimid"],
    };

    [Fact]
    public void Every_place_lies_inside_its_document()
    {
        var places = Result.Resources.SelectMany(resource => Places(resource.Json())).ToList();

        Assert.True(places.Count > 1000);
        Assert.All(places, place =>
        {
            Assert.InRange(place.Length, 1, Texts[place.Document].Length);
            Assert.InRange(place.Offset + place.Length, 1, Texts[place.Document].Length);
            Assert.Equal(place.Words.Trim(), place.Words);
        });
    }

    [Fact]
    public void Every_concept_names_places_that_hold_its_words()
    {
        foreach (var resource in Result.Resources.Where(resource => resource.Type != "Provenance"))
        foreach (var element in Resources.Objects(resource.Json()))
        {
            if (element["coding"] is not JsonArray || Direct(element).ToList() is not { Count: > 0 } places) continue;

            var coding = element.Array("coding").First();
            AssertHeld(places, Claims(coding.Text("code")!, coding.Text("display") ?? element.Text("text")!), $"{resource} {element.Text("text")}");
        }
    }

    [Fact]
    public void Every_value_of_a_primitive_with_places_is_found_at_them()
    {
        foreach (var resource in Result.Resources.Where(resource => resource.Type is not ("Provenance" or "Evidence")))
        foreach (var element in Resources.Objects(resource.Json()))
        foreach (var (name, value) in element)
        {
            if (value is not JsonValue || !element.TryGetPropertyValue("_" + name, out var beside) || beside is not JsonObject extended) continue;
            if (value.GetValueKind() != System.Text.Json.JsonValueKind.String) continue;

            var places = Direct(extended).ToList();
            if (places.Count > 0) AssertHeld(places, [value.GetValue<string>()], $"{resource} {name}");
        }
    }

    [Fact]
    public void Every_statement_repeats_words_of_its_place()
    {
        var statements = Result.Resources.SelectMany(resource => Resources.Objects(resource.Json())).SelectMany(element => element.Extensions("statement"))
            .Select(statement => (Text: statement.Array("extension").FirstOrDefault(part => part.Text("url") == "text")?.Text("valueString"), Places: Direct(statement).ToList()))
            .Where(statement => statement.Text is not null).ToList();

        Assert.NotEmpty(statements);
        Assert.All(statements, statement => AssertHeld(statement.Places, [statement.Text!], statement.Text!));
    }

    [Fact]
    public void Every_member_of_a_plan_is_named_at_every_one_of_its_places()
    {
        var members = Result.OfType("PlanDefinition").SelectMany(plan => plan.Array("action")).SelectMany(action => action.Array("action")).ToList();

        Assert.NotEmpty(members);
        Assert.All(members, member => Assert.All(Direct(member), place =>
            Assert.True(Claims(member.Text("id")!, member.Text("title")!).Any(word => Holds(place.Words, word)), $"{member.Text("id")}: {place.Words}")));
    }

    [Fact]
    public void Every_abbreviation_is_written_at_every_one_of_its_places()
    {
        var identifiers = Result.OfType("PlanDefinition").SelectMany(plan => plan.Array("identifier")).ToList();

        Assert.Equal(13, identifiers.Count);
        Assert.All(identifiers, identifier => Assert.All(Direct(identifier), place => Assert.Equal(identifier.Text("value"), place.Words)));
    }

    [Fact]
    public void Every_dose_qualifier_stands_right_before_the_member_it_qualifies()
    {
        var members = Result.OfType("PlanDefinition").SelectMany(plan => plan.Array("action")).SelectMany(action => action.Array("action"))
            .Where(member => member.Extensions("dose-qualifier").Any()).ToList();

        Assert.NotEmpty(members);
        foreach (var member in members)
        foreach (var place in member.Extensions("dose-qualifier").SelectMany(Direct))
        {
            Assert.Equal("low-dose", place.Words);
            Assert.Equal(" " + member.Text("title"), Texts[place.Document].Substring(place.Offset + place.Length, member.Text("title")!.Length + 1));
        }
    }

    [Fact]
    public void The_places_of_a_provenance_are_those_of_its_resource_and_no_others()
    {
        foreach (var provenance in Result.OfType("Provenance").Where(provenance => provenance["entity"] is not null))
        {
            var target = provenance.Array("target").First().Text("reference")!.Split('/');
            var own = Places(Result.Get(target[0], target[1])).ToHashSet();
            if (target[0] is "Medication" or "ActivityDefinition" or "Evidence" or "EvidenceVariable") continue;

            Assert.Equal(own.OrderBy(place => place.Offset).ThenBy(place => place.Length), Places(provenance).OrderBy(place => place.Offset).ThenBy(place => place.Length));
        }
    }

    [Fact]
    public void A_provenance_says_of_every_place_which_elements_rest_on_it_and_which_rule_read_it_under_which_heading()
    {
        var rules = typeof(Myeloma.Fhir.Loader.Rules.FactReader).Assembly.GetTypes().Select(type => type.Name).Where(name => name.EndsWith("Rule", StringComparison.Ordinal)).ToHashSet();
        foreach (var provenance in Result.OfType("Provenance").Where(provenance => provenance["entity"] is not null))
        {
            var type = provenance.Array("target").First().Text("reference")!.Split('/')[0];
            foreach (var place in provenance.Array("entity").SelectMany(entity => entity.Array("extension")))
            {
                var statements = place.Array("extension").Where(part => part.Text("url") == "http://myeloma-fhir.org/fhir/StructureDefinition/source-statement")
                    .Select(statement => statement.Array("extension").ToDictionary(part => part.Text("url")!, part => (part["valueString"] ?? part["valueId"] ?? part["valueCode"])!.GetValue<string>())).ToList();

                Assert.NotEmpty(statements);
                Assert.All(statements, statement => Assert.Equal(statement["element"] != type, statement.ContainsKey("statement")));
                Assert.All(statements, statement => Assert.Contains(statement["rule"], rules));
                Assert.All(statements, statement => Assert.Contains(statement["section"], Texts.Values.Single(text => text.Contains(statement["section"], StringComparison.Ordinal)), StringComparison.Ordinal));
            }
        }
    }

    private sealed record Place(string Document, int Offset, int Length)
    {
        public string Words => Texts[Document].Substring(Offset, Length);
    }

    private static IEnumerable<Place> Places(JsonObject resource) => Resources.Objects(resource).SelectMany(Direct).Distinct();

    private static IEnumerable<Place> Direct(JsonObject element) => element.Array("extension").Where(extension => extension.Text("url") == Derivation).Select(extension =>
    {
        var parts = extension.Array("extension").Where(part => part.Text("url") is "reference" or "offset" or "length").ToDictionary(part => part.Text("url")!);
        return new Place(parts["reference"]["valueReference"]!["reference"]!.GetValue<string>(), parts["offset"]["valueInteger"]!.GetValue<int>(), parts["length"]["valueInteger"]!.GetValue<int>());
    });

    private static string[] Claims(string code, string display) => WordsOfCodes.TryGetValue(code, out var words) ? words : [display];

    private static void AssertHeld(IReadOnlyList<Place> places, string[] claims, string about) =>
        Assert.True(claims.Any(claim => Holds(string.Join(' ', places.Select(place => place.Words)), claim)), $"{about}: {string.Join(" | ", claims)} not in {string.Join(" | ", places.Select(place => place.Words))}");

    /// <summary>Every word of the claim is in the words, whatever the ending: "drug" in "drugs", "heparin" in "heparin,".</summary>
    private static bool Holds(string words, string claim)
    {
        var present = WordPattern().Matches(words.ToLowerInvariant()).Select(match => match.Value).ToList();
        return WordPattern().Matches(claim.ToLowerInvariant()).All(word => present.Any(other => Stem(other) == Stem(word.Value)));
    }

    private static string Stem(string word) => word.Length > 4 ? word[..Math.Max(4, word.Length - 3)] : word;

    [GeneratedRegex("[a-z0-9]+")]
    private static partial Regex WordPattern();
}
