using System.Text;
using System.Text.Json.Nodes;
using Myeloma.Fhir.Loader.Codes;
using Myeloma.Fhir.Loader.Facts;
using Myeloma.Fhir.Loader.Mapping;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Loader.Tests.Built;

/// <summary>What a load changes in a store.</summary>
public sealed class LoadPlanTests
{
    private static readonly IReadOnlyDictionary<(string, string), byte[]> Nothing = new Dictionary<(string, string), byte[]>();

    [Fact]
    public void The_first_load_puts_every_resource_in_one_legal_transaction()
    {
        var result = GoldFacts.Load();

        var plan = LoadPlan.Diff(result, Nothing);

        var bundle = (JsonObject)JsonNode.Parse(plan.Transaction)!;
        Assert.Empty(StructuralCheck.Check(ResourceDocument.Parse(plan.Transaction)));
        Assert.Equal("transaction", bundle.Text("type"));
        Assert.Equal(result.Resources.Select(resource => resource.Reference), bundle.Array("entry").Select(entry => entry["request"]!["url"]!.GetValue<string>()));
        Assert.Equal(result.Resources.Count, plan.Created.Count);
        Assert.True(plan.HasChanges);
    }

    [Fact]
    public void Loading_again_later_changes_nothing_though_the_store_stamped_versions()
    {
        var stored = Stored(GoldFacts.Load(), resource =>
        {
            resource["meta"]!["versionId"] = "7";
            resource["meta"]!["lastUpdated"] = "2026-02-02T00:00:00Z";
        });
        var later = DocumentLoader.Build(new FactSet([.. GoldFacts.Documents.Values]), CodeTables.LoadEmbedded(), new DateTimeOffset(2027, 1, 1, 0, 0, 0, TimeSpan.Zero));

        var plan = LoadPlan.Diff(later, stored);

        Assert.False(plan.HasChanges);
        Assert.Equal(later.Resources.Count, plan.Unchanged);
        Assert.False(((JsonObject)JsonNode.Parse(plan.Transaction)!).ContainsKey("entry"));
    }

    [Fact]
    public void A_document_that_no_longer_states_a_combination_retires_its_plan_and_leaves_the_others()
    {
        var before = GoldFacts.Load();
        var gold = GoldFacts.Documents["targeted-mm"];
        var without = gold with { Facts = [.. gold.Facts.Where(fact => fact is not RegimenMention { Abbreviation: "KCd" })] };

        var plan = LoadPlan.Diff(GoldFacts.Load(without, GoldFacts.Documents["over-myr"]), Stored(before));

        Assert.Equal(["PlanDefinition/carfilzomib-cyclophosphamide-dexamethasone"], plan.Retired);
        Assert.Empty(plan.Created);
        Assert.DoesNotContain(plan.Updated, reference => reference.StartsWith("Medication/", StringComparison.Ordinal) || reference.StartsWith("PlanDefinition/", StringComparison.Ordinal));
        Assert.Contains(plan.Updated, reference => reference.StartsWith("Library/combinations-carfilzomib", StringComparison.Ordinal));
        Assert.Equal("retired", Entry(plan, plan.Retired[0]).Text("status"));
    }

    [Fact]
    public void A_plan_that_is_retired_already_is_left_alone_and_one_that_is_stated_again_is_taken_up()
    {
        var gold = GoldFacts.Documents["targeted-mm"];
        var without = GoldFacts.Load(gold with { Facts = [.. gold.Facts.Where(fact => fact is not RegimenMention { Abbreviation: "KCd" })] });
        var stored = Stored(GoldFacts.Load(gold), resource =>
        {
            if (resource.Text("id") == "carfilzomib-cyclophosphamide-dexamethasone" && resource.Text("resourceType") == "PlanDefinition") resource["status"] = "retired";
        });

        Assert.Empty(LoadPlan.Diff(without, stored).Retired);
        var plan = LoadPlan.Diff(GoldFacts.Load(gold), stored);
        var again = Entry(plan, "PlanDefinition/carfilzomib-cyclophosphamide-dexamethasone");
        Assert.Equal(("draft", "0.1.1"), (again.Text("status"), again.Text("version")));
    }

    [Fact]
    public void A_definition_that_is_stated_again_is_named_by_its_new_version_and_keeps_it_in_later_loads()
    {
        var result = GoldFacts.Load();
        var stored = Stored(result, resource =>
        {
            if (resource.Text("id") == "carfilzomib" && resource.Text("resourceType") == "ActivityDefinition") resource["status"] = "retired";
        });

        var plan = LoadPlan.Diff(result, stored);

        Assert.Equal("0.1.1", Entry(plan, "ActivityDefinition/carfilzomib").Text("version"));
        var text = Encoding.UTF8.GetString(plan.Transaction);
        Assert.Contains("ActivityDefinition/carfilzomib|0.1.1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("ActivityDefinition/carfilzomib|0.1.0", text, StringComparison.Ordinal);
        foreach (var reference in plan.Updated) stored[(reference.Split('/')[0], reference.Split('/')[1])] = Encoding.UTF8.GetBytes(Entry(plan, reference).ToJsonString());
        Assert.False(LoadPlan.Diff(result, stored).HasChanges);
    }

    [Fact]
    public void What_somebody_released_is_left_as_it_is_and_its_provenance_too()
    {
        var result = GoldFacts.Load();
        var stored = Stored(result, resource =>
        {
            if (resource.Text("id") != "carfilzomib" || resource.Text("resourceType") != "ActivityDefinition") return;
            resource["status"] = "active";
            resource["version"] = "1.0.0";
            resource["title"] = "Released";
        });

        var plan = LoadPlan.Diff(result, stored);

        Assert.DoesNotContain("ActivityDefinition/carfilzomib", plan.Updated);
        Assert.DoesNotContain("Provenance/activitydefinition-carfilzomib", plan.Updated);
        Assert.Empty(plan.Retired);
    }

    [Fact]
    public void A_changed_resource_takes_its_provenance_along()
    {
        var stored = Stored(GoldFacts.Load(), resource =>
        {
            if (resource.Text("resourceType") == "Medication" && resource.Text("id") == "heparin") resource["code"]!["text"] = "something else";
        });

        Assert.Equal(["Medication/heparin", "Provenance/medication-heparin"], LoadPlan.Diff(GoldFacts.Load(), stored).Updated);
    }

    [Fact]
    public void A_resource_that_someone_else_stored_under_a_needed_id_is_not_overwritten()
    {
        var stored = new Dictionary<(string, string), byte[]> { [("Medication", "heparin")] = Encoding.UTF8.GetBytes("""{"resourceType":"Medication","id":"heparin","code":{"text":"ours"}}""") };

        var refused = Assert.Throws<FhirException>(() => LoadPlan.Diff(GoldFacts.Load(), stored));

        Assert.Equal(IssueType.Conflict, Assert.Single(refused.Issues).Type);
        Assert.Contains("Medication/heparin", refused.Issues[0].Diagnostics, StringComparison.Ordinal);
    }

    [Fact]
    public void The_order_of_the_documents_does_not_matter()
    {
        var first = GoldFacts.Load(GoldFacts.Documents["over-myr"], GoldFacts.Documents["targeted-mm"]);

        Assert.False(LoadPlan.Diff(GoldFacts.Load(), Stored(first)).HasChanges);
    }

    [Fact]
    public void A_document_read_back_from_the_store_is_the_one_that_was_loaded()
    {
        var result = GoldFacts.Load();
        var loaded = GoldFacts.Documents["targeted-mm"].Document;
        var id = StoredDocument.IdOf(loaded.FileName);

        var read = StoredDocument.Read(Find(result, "DocumentReference", id), Find(result, "Binary", id));

        Assert.Equal(loaded, read);
    }

    [Fact]
    public void Something_else_is_not_read_back_as_a_document()
    {
        var binary = Encoding.UTF8.GetBytes("""{"resourceType":"Binary","id":"x","contentType":"text/plain","data":"eA=="}""");
        var reference = Encoding.UTF8.GetBytes("""{"resourceType":"DocumentReference","id":"x","status":"current","content":[{"attachment":{"url":"Binary/x"}}]}""");

        Assert.Equal(IssueType.Invalid, Assert.Throws<FhirException>(() => StoredDocument.Read(reference, binary)).Issues[0].Type);
    }

    private static byte[] Find(LoadResult result, string type, string id) => result.Resources.Single(resource => resource.Type == type && resource.Id == id).Json;

    private static JsonObject Entry(LoadPlan plan, string reference) =>
        (JsonObject)((JsonObject)JsonNode.Parse(plan.Transaction)!).Array("entry").Single(entry => entry["request"]!["url"]!.GetValue<string>() == reference)["resource"]!;

    private static Dictionary<(string, string), byte[]> Stored(LoadResult result, Action<JsonObject>? change = null) =>
        result.Resources.ToDictionary(resource => (resource.Type, resource.Id), resource =>
        {
            var json = resource.Json();
            change?.Invoke(json);
            return Encoding.UTF8.GetBytes(json.ToJsonString());
        });
}
