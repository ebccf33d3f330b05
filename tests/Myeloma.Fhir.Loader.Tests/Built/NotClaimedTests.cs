using System.Text.Json.Nodes;

namespace Myeloma.Fhir.Loader.Tests.Built;

/// <summary>What the two documents do not state and no resource may claim; one test a point of the list.</summary>
public sealed class NotClaimedTests
{
    private static readonly LoadResult Result = DriftTests.FromSeeds();

    /// <summary>Provenance, terminologies and statements in the documents' own words are not claims about treatment.</summary>
    private static IEnumerable<JsonObject> Treatment => Result.OfType("PlanDefinition").Concat(Result.OfType("ActivityDefinition"))
        .Concat(Result.OfType("Medication")).Concat(Result.OfType("MedicationKnowledge"));

    [Fact]
    public void No_dose_schedule_or_quantity_is_claimed()
    {
        foreach (var element in Treatment.SelectMany(Resources.Objects))
        foreach (var (name, _) in element)
            Assert.False(name.StartsWith("timing", StringComparison.Ordinal) || name is "doseAndRate" or "quantity" or "maxDosePerPeriod" or "cost" or "priority" or "effectivePeriod", name);
    }

    [Fact]
    public void No_line_of_therapy_is_numbered() =>
        Assert.DoesNotContain(Treatment, resource => resource.ToJsonString().Contains("first-line", StringComparison.OrdinalIgnoreCase) || resource.ToJsonString().Contains("second-line", StringComparison.OrdinalIgnoreCase));

    [Theory]
    [InlineData("bortezomib-cyclophosphamide-dexamethasone")]
    [InlineData("dexamethasone-ixazomib-lenalidomide")]
    [InlineData("bortezomib-dexamethasone-pomalidomide")]
    [InlineData("dexamethasone-isatuximab-pomalidomide")]
    [InlineData("bortezomib-dexamethasone-selinexor")]
    public void A_mention_without_low_dose_gets_none(string id)
    {
        var member = Member(id, "dexamethasone");

        Assert.Empty(member.Extensions("dose-qualifier"));
        Assert.EndsWith("/ActivityDefinition/dexamethasone|0.1.0", member.Text("definitionCanonical"), StringComparison.Ordinal);
    }

    [Fact]
    public void Low_dose_of_one_mention_is_not_low_dose_of_the_plan()
    {
        var member = Member("carfilzomib-dexamethasone-isatuximab", "dexamethasone");

        var qualifier = Assert.Single(member.Extensions("dose-qualifier"));
        Assert.Equal("Isa-Kd", qualifier.Array("extension").Single(part => part.Text("url") == "abbreviation").Text("valueString"));
        Assert.EndsWith("/ActivityDefinition/dexamethasone|0.1.0", member.Text("definitionCanonical"), StringComparison.Ordinal);
    }

    [Fact]
    public void Low_dose_of_every_mention_leads_to_the_low_dose_activity_without_a_figure()
    {
        Assert.EndsWith("/ActivityDefinition/dexamethasone-low-dose|0.1.0", Member("bortezomib-dexamethasone-lenalidomide", "dexamethasone").Text("definitionCanonical"), StringComparison.Ordinal);
        var dosage = Assert.Single(Result.Get("ActivityDefinition", "dexamethasone-low-dose").Array("dosage"));
        Assert.Equal(["extension", "text"], dosage.Select(property => property.Key));
    }

    [Fact]
    public void A_combination_without_an_abbreviation_gets_none()
    {
        var without = GoldFacts.Gold.RootElement.GetProperty("regimens").EnumerateArray().Count(regimen => regimen.GetProperty("abbreviation").GetString() is null);

        Assert.Equal(5, without);
        Assert.Equal(without, Result.OfType("PlanDefinition").Count(plan => plan["identifier"] is null && plan.Array("action").Any(action => action.Text("selectionBehavior") == "all" && action.Array("action").Count() > 1)));
    }

    [Fact]
    public void The_requirement_of_the_prose_is_not_one_of_the_abbreviation()
    {
        var requirement = Assert.Single(Result.Get("PlanDefinition", "carfilzomib-dexamethasone-isatuximab").Array("action").Single().Extensions("prior-therapy"));

        Assert.Equal("stated for the combination without an abbreviation", requirement.Array("extension").Single(part => part.Text("url") == "statedFor").Text("valueString"));
    }

    [Fact]
    public void No_combination_has_a_goal_and_only_one_has_a_state()
    {
        var combinations = Result.OfType("PlanDefinition").Where(plan => plan.Array("action").Any(action => action.Text("selectionBehavior") == "all")).ToList();

        Assert.All(combinations, plan => Assert.Null(plan["goal"]));
        Assert.Equal("bortezomib-dexamethasone-selinexor", Assert.Single(combinations, plan => plan.Array("useContext").Any(context => context["code"]!["code"]!.GetValue<string>() == "disease-state")).Text("id"));
    }

    [Fact]
    public void The_relapsed_and_the_refractory_use_are_alternatives()
    {
        var groups = Result.Get("PlanDefinition", "bortezomib-dexamethasone-selinexor").Array("useContext")
            .SelectMany(context => context.Extensions("usagecontext-group")).Select(group => group.Text("valueString")).Distinct();

        Assert.Equal(["relapsed", "refractory"], groups);
    }

    [Theory]
    [InlineData("dexamethasone")]
    [InlineData("cyclophosphamide")]
    [InlineData("cisplatin")]
    [InlineData("doxorubicin")]
    [InlineData("etoposide")]
    [InlineData("heparin")]
    [InlineData("warfarin")]
    public void A_drug_that_is_only_named_gets_no_class_route_form_brand_or_use(string id)
    {
        var knowledge = Result.Get("MedicationKnowledge", id);

        Assert.Equal(["resourceType", "id", "meta", "code", "associatedMedication"], knowledge.Select(property => property.Key));
    }

    [Fact]
    public void No_list_is_called_complete()
    {
        var libraries = Result.OfType("Library");

        Assert.Equal(5, libraries.Count);
        Assert.All(libraries, library => Assert.Contains("does not say that these are all", library.Text("description"), StringComparison.Ordinal));
        Assert.All(Result.OfType("ValueSet"), set => Assert.Contains("do not say that these are all", set.Text("description"), StringComparison.Ordinal));
        Assert.Equal(3, libraries.Count(library => library.Extensions("list-completeness").Any(extension => extension.Array("extension").Any(part => part.Text("url") == "open"))));
    }

    [Fact]
    public void Empty_lists_give_no_side_effect_and_stand_in_the_report()
    {
        Assert.DoesNotContain(Treatment.SelectMany(Resources.Objects), element => element.Extensions("side-effect").Any());
        Assert.Equal(4, Result.Report.LeftOut.Count(line => line.Kind == "safety.emptyList"));
    }

    [Fact]
    public void A_risk_is_no_contraindication() =>
        Assert.DoesNotContain(Result.OfType("MedicationKnowledge"), knowledge => knowledge.ContainsKey("contraindication"));

    [Fact]
    public void The_publisher_and_the_reviewer_of_the_page_are_none_of_our_resources()
    {
        foreach (var resource in Result.Resources.Where(resource => resource.Type is not ("DocumentReference" or "Organization" or "Binary")).Select(Resources.Json))
            foreach (var name in new[] { "publisher", "approvalDate", "lastReviewDate", "reviewer", "endorser", "author", "editor", "date" })
                Assert.False(resource.ContainsKey(name), $"{resource.Text("id")}.{name}");

        var reviewed = Assert.Single(Result.OfType("Provenance"), provenance => provenance.Array("agent").Any(agent => agent["type"]!["coding"]![0]!["code"]!.GetValue<string>() == "verifier"));
        Assert.Equal("DocumentReference/cancer-ca-targeted-therapy-multiple-myeloma", reviewed.Array("target").Single().Text("reference"));
    }

    [Fact]
    public void A_review_label_without_a_date_gives_no_date()
    {
        var statement = Assert.Single(Result.Get("DocumentReference", "cancer-ca-targeted-therapy-multiple-myeloma").Extensions("statement"),
            extension => extension.Array("extension").Any(part => part.Text("valueCode") == "meta.lastReview"));

        Assert.DoesNotContain(statement.Array("extension"), part => part.Text("url") == "text");
        Assert.Contains(statement.Array("extension"), part => part.Text("url") == "state");
    }

    [Fact]
    public void Every_code_of_another_terminology_names_the_table_it_was_added_from()
    {
        var codings = Treatment.SelectMany(Resources.Objects).SelectMany(element => element.Array("coding"))
            .Where(coding => !coding.Text("system")!.StartsWith("http://myeloma-fhir.org/", StringComparison.Ordinal) && !coding.Text("system")!.StartsWith("http://terminology.hl7.org/CodeSystem/plan", StringComparison.Ordinal)
                && !coding.Text("system")!.StartsWith("http://terminology.hl7.org/CodeSystem/def", StringComparison.Ordinal) && !coding.Text("system")!.StartsWith("http://terminology.hl7.org/CodeSystem/usage", StringComparison.Ordinal)).ToList();

        Assert.True(codings.Count > 200);
        Assert.All(codings, coding => Assert.Single(coding.Extensions("code-source")));
    }

    [Fact]
    public void A_code_that_is_not_verified_is_on_no_resource()
    {
        var systems = Result.Get("Medication", "talquetamab")["code"]!["coding"]!.AsArray().Select(coding => coding!["system"]!.GetValue<string>());

        Assert.DoesNotContain("http://www.nlm.nih.gov/research/umls/rxnorm", systems);
        Assert.Contains("http://www.whocc.no/atc", systems);
    }

    [Fact]
    public void No_manufacturer_is_taken_from_a_cited_monograph() =>
        Assert.DoesNotContain(Result.OfType("Medication").Concat(Result.OfType("MedicationKnowledge")), resource => resource.ContainsKey("manufacturer"));

    [Fact]
    public void A_route_without_a_qualifier_gets_none_and_is_not_corrected()
    {
        var route = Assert.Single(Result.Get("MedicationKnowledge", "talquetamab").Array("intendedRoute"));

        Assert.Equal("intravenous", route.Array("coding").First().Text("code"));
        Assert.Empty(route.Extensions("route-qualifier"));
        Assert.Equal(["usually", "sometimes"], Result.Get("MedicationKnowledge", "bortezomib").Array("intendedRoute").SelectMany(stated => stated.Extensions("route-qualifier")).Select(extension => extension.Text("valueString")));
    }

    [Fact]
    public void Treatments_are_not_called_lines_and_has_not_worked_is_not_called_refractory()
    {
        var conditions = Result.OfType("PlanDefinition").SelectMany(plan => plan.Array("action")).SelectMany(action => action.Array("condition")).ToList();
        var requirement = Result.Get("PlanDefinition", "bortezomib-dexamethasone-pomalidomide").Array("action").Single().ToJsonString();

        Assert.DoesNotContain(conditions, condition => condition.ToJsonString().Contains("line", StringComparison.Ordinal));
        Assert.DoesNotContain("refractory", requirement, StringComparison.Ordinal);
        Assert.Contains("not-worked", requirement, StringComparison.Ordinal);
    }

    [Fact]
    public void The_study_has_no_dates_sponsor_enrolment_arms_or_sites()
    {
        var study = Result.Get("ResearchStudy", "over-myr");

        foreach (var name in new[] { "period", "sponsor", "enrollment", "arm", "site", "principalInvestigator", "phase", "location" }) Assert.False(study.ContainsKey(name), name);
        Assert.Single(((JsonObject)study["_status"]!).Extensions("inferred"));
    }

    [Fact]
    public void The_claim_is_a_claim_and_the_findings_are_findings()
    {
        var titles = Result.OfType("Evidence").Select(evidence => evidence.Text("title")!).ToList();

        Assert.Equal(6, titles.Count(title => title.StartsWith("Finding: ", StringComparison.Ordinal)));
        Assert.Contains("clinical application", Assert.Single(titles, title => title.StartsWith("Claim: ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_survival_figure_is_no_mean_and_its_age_bound_stays_blurred()
    {
        var evidence = Assert.Single(Result.OfType("Evidence"), evidence => evidence.Text("title") == "overall survival: 8-9 years");
        var population = Result.Get("EvidenceVariable", evidence["exposureBackground"]!["reference"]!.GetValue<string>().Split('/')[1]);

        Assert.Contains("not stated", evidence.Text("description"), StringComparison.Ordinal);
        Assert.Equal("65-70", population.Array("characteristic").SelectMany(characteristic => characteristic.Extensions("age-below")).Single().Text("valueString"));
        Assert.DoesNotContain(Resources.Objects(population), element => element.ContainsKey("valueRange") || element.ContainsKey("valueQuantity"));
    }

    [Fact]
    public void That_the_second_figure_is_about_the_same_people_is_marked_as_read()
    {
        Assert.Single(Assert.Single(Result.OfType("Evidence"), evidence => evidence.Text("title") == "event-free survival: 3-4 years").Extensions("population-carried-over"));
        Assert.Empty(Assert.Single(Result.OfType("Evidence"), evidence => evidence.Text("title") == "overall survival: 8-9 years").Extensions("population-carried-over"));
    }

    [Fact]
    public void An_applicable_plan_is_no_recommended_plan() =>
        Assert.All(Result.OfType("PlanDefinition").SelectMany(plan => plan.Array("action")).Where(action => action.Extensions("prior-therapy").Any()).SelectMany(action => action.Array("condition")),
            condition => Assert.EndsWith("It is no recommendation.", condition["expression"]!["description"]!.GetValue<string>(), StringComparison.Ordinal));

    [Fact]
    public void Only_profiles_of_our_own_are_claimed() =>
        Assert.Equal(
            ["drug", "drug-knowledge", "plan-member", "regimen", "source-provenance"],
            Result.Resources.SelectMany(resource => Resources.Json(resource)["meta"]!["profile"]?.AsArray() ?? []).Select(profile => profile!.GetValue<string>()).Distinct()
                .Order(StringComparer.Ordinal).Select(profile => profile["http://myeloma-fhir.org/fhir/StructureDefinition/".Length..]));

    [Fact]
    public void Prophylaxis_offers_any_of_an_open_list_and_is_no_combination()
    {
        var plan = Assert.Single(Result.OfType("PlanDefinition"), plan => plan.Array("action").Any(action => action.Text("selectionBehavior") == "any"));
        var action = plan.Array("action").Single();

        Assert.Equal(["acetylsalicylic-acid", "heparin", "warfarin"], action.Array("action").Select(alternative => alternative.Text("id")));
        Assert.False(action.ContainsKey("requiredBehavior"));
        Assert.Contains("the list is open", plan.Text("description"), StringComparison.Ordinal);
    }

    private static JsonObject Member(string plan, string drug) =>
        Result.Get("PlanDefinition", plan).Array("action").Single().Array("action").Single(action => action.Text("id") == drug);
}
