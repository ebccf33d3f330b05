using System.Text.Json.Nodes;

namespace Myeloma.Fhir.ClinicalReasoning.Tests.Regimens;

/// <summary>Plans with cycles, days and doses as a seed gives them, and the same plans written in another order.</summary>
internal sealed class GeneratedRegimen(int seed)
{
    private const string Own = "http://myeloma-fhir.org/fhir/StructureDefinition/";

    private readonly Random random = new(seed);

    public JsonObject Plan()
    {
        var plan = new JsonObject
        {
            ["resourceType"] = "PlanDefinition", ["id"] = "plan", ["url"] = "http://example.org/plan", ["status"] = "active", ["title"] = "Plan", ["version"] = "1.0",
            ["identifier"] = new JsonArray(Identifier("AB"), Identifier("ABC"), new JsonObject { ["system"] = "urn:other", ["value"] = "7" }),
            ["useContext"] = new JsonArray(Use("a"), Use("b")),
            ["relatedArtifact"] = new JsonArray(Source("one", 3), Source("two", 40)),
        };
        var (contained, cycles) = (new JsonArray(), new JsonArray());
        for (var cycle = 1; cycle <= random.Next(1, 4); cycle++) cycles.Add(Cycle(cycle, contained));
        plan["contained"] = contained;
        plan["action"] = cycles;
        return plan;
    }

    /// <summary>The same said in another order, under other ids, at other places of the document.</summary>
    public JsonObject Shuffled(JsonObject plan)
    {
        var copy = (JsonObject)plan.DeepClone();
        foreach (var name in (string[])["identifier", "useContext", "relatedArtifact", "contained"]) Shuffle((JsonArray)copy[name]!);
        foreach (var cycle in copy["action"]!.AsArray())
        {
            cycle!["id"] = $"other-{cycle["id"]}";
            if (cycle["extension"] is JsonArray extensions) Shuffle(extensions);
            Shuffle(cycle["action"]!.AsArray());
            foreach (var member in cycle["action"]!.AsArray())
            {
                member!["id"] = $"other-{member["id"]}";
                Shuffle(member["extension"]!.AsArray());
                Shuffle(member["code"]![0]!["coding"]!.AsArray());
            }
        }

        Move(copy);
        return copy;
    }

    /// <summary>One member of the plan and what it is called: its action, and the activity it is defined by.</summary>
    public (JsonObject Action, JsonObject Activity, JsonArray Siblings, string Cycle) Member(JsonObject plan)
    {
        var cycles = plan["action"]!.AsArray();
        var cycle = cycles[random.Next(cycles.Count)]!;
        var members = cycle["action"]!.AsArray();
        var action = members[random.Next(members.Count)]!.AsObject();
        var id = action["definitionCanonical"]!.ToString()[1..];
        return (action, plan["contained"]!.AsArray().Single(each => each!["id"]!.ToString() == id)!.AsObject(), members, cycle["title"]!.ToString());
    }

    private JsonObject Cycle(int number, JsonArray contained)
    {
        var members = new JsonArray();
        for (var at = 0; at < random.Next(2, 7); at++)
        {
            var drug = random.Next(1, 6);
            var id = $"give-{number}-{at}";
            contained.Add(new JsonObject
            {
                ["resourceType"] = "ActivityDefinition", ["id"] = id, ["status"] = "active",
                ["dosage"] = new JsonArray(new JsonObject
                {
                    ["route"] = new JsonObject { ["text"] = random.Next(2) == 0 ? "by mouth" : "into a vein" },
                    ["doseAndRate"] = new JsonArray(new JsonObject { ["doseQuantity"] = Quantity(random.Next(1, 50) / 10m, "mg/m2") }),
                }),
            });
            members.Add(new JsonObject
            {
                ["id"] = $"m-{number}-{at}", ["extension"] = new JsonArray(Days(Enumerable.Range(0, 4).Select(_ => random.Next(1, 22)).Distinct().Order()), Qualifier("low-dose", 5), Place(random.Next(100))),
                ["title"] = $"drug {drug}",
                ["code"] = new JsonArray(new JsonObject { ["coding"] = new JsonArray(Coding("urn:drugs", $"d{drug}"), Coding("urn:more", $"x{drug}")), ["text"] = $"drug {drug}" }),
                ["definitionCanonical"] = $"#{id}",
            });
        }

        return new JsonObject
        {
            ["id"] = $"c-{number}", ["title"] = $"Cycle {number}", ["extension"] = new JsonArray(Requirement(number, "worked", 9), Requirement(number + 1, "other", 10)),
            ["timingTiming"] = new JsonObject { ["repeat"] = new JsonObject { ["duration"] = 21, ["durationUnit"] = "d", ["count"] = number } },
            ["groupingBehavior"] = "logical-group", ["selectionBehavior"] = "all", ["action"] = members,
        };
    }

    public static JsonObject Days(IEnumerable<int> days) => new()
    {
        ["url"] = "http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle",
        ["extension"] = new JsonArray([.. days.Select(day => (JsonNode)new JsonObject { ["url"] = "day", ["valueInteger"] = day })]),
    };

    public static JsonObject Quantity(decimal value, string unit) => new() { ["value"] = value, ["unit"] = unit, ["system"] = "http://unitsofmeasure.org", ["code"] = unit };

    public static JsonObject Identifier(string abbreviation) => new() { ["system"] = "http://myeloma-fhir.org/fhir/NamingSystem/regimen-abbreviation", ["value"] = abbreviation };

    public static JsonObject Requirement(int count, string outcome, int offset) => new()
    {
        ["url"] = Own + "prior-therapy",
        ["extension"] = new JsonArray(
            new JsonObject { ["url"] = "minimumCount", ["valuePositiveInt"] = count },
            new JsonObject { ["url"] = "outcome", ["valueCodeableConcept"] = new JsonObject { ["text"] = outcome } }, Place(offset)),
    };

    public static JsonObject Qualifier(string text, int offset) => new() { ["url"] = Own + "dose-qualifier", ["extension"] = new JsonArray(new JsonObject { ["url"] = "text", ["valueString"] = text }, Place(offset)) };

    public static JsonObject Source(string title, int offset) => new()
    {
        ["type"] = "derived-from", ["display"] = title, ["url"] = $"DocumentReference/{title}",
        ["extension"] = new JsonArray(new JsonObject { ["url"] = Own + "mention", ["extension"] = new JsonArray(new JsonObject { ["url"] = "abbreviation", ["valueString"] = "AB" }, Place(offset)) }),
    };

    private static JsonObject Use(string code) => new() { ["code"] = Coding("urn:use", "focus"), ["valueCodeableConcept"] = new JsonObject { ["coding"] = new JsonArray(Coding("urn:conditions", code)) } };

    private static JsonObject Coding(string system, string code) => new() { ["system"] = system, ["code"] = code };

    private static JsonObject Place(int offset) => new()
    {
        ["url"] = "http://hl7.org/fhir/StructureDefinition/derivation-reference",
        ["extension"] = new JsonArray(
            new JsonObject { ["url"] = "reference", ["valueReference"] = new JsonObject { ["reference"] = "DocumentReference/one" } }, new JsonObject { ["url"] = "offset", ["valueInteger"] = offset },
            new JsonObject { ["url"] = "length", ["valueInteger"] = 3 }),
    };

    private void Shuffle(JsonArray array)
    {
        var items = array.Select(item => item!.DeepClone()).ToArray();
        random.Shuffle(items);
        array.Clear();
        foreach (var item in items) array.Add(item);
    }

    private static void Move(JsonNode node)
    {
        if (node is JsonObject thing)
        {
            if (thing["url"]?.ToString() == "offset") thing["valueInteger"] = thing["valueInteger"]!.GetValue<int>() + 1_000;
            foreach (var (_, value) in thing.ToList()) if (value is not null) Move(value);
        }
        else if (node is JsonArray array)
        {
            foreach (var item in array) Move(item!);
        }
    }
}
