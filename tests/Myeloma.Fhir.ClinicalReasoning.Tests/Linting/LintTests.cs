using System.Text;
using System.Text.RegularExpressions;
using Myeloma.Fhir.ClinicalReasoning.Linting;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.TestSupport;

namespace Myeloma.Fhir.ClinicalReasoning.Tests.Linting;

/// <summary>Rules of regimens: what each finds, and what it lets pass.</summary>
public sealed partial class LintTests
{
    private const string Drug = """{"coding":[{"system":"urn:drugs","code":"a"}],"text":"drug a"}""";

    [Theory]
    [InlineData("""{"value":5,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}""", "")]
    [InlineData("""{"value":1.3,"unit":"mg/m²","system":"http://unitsofmeasure.org","code":"mg/m2"}""", "")]
    [InlineData("""{"value":2,"unit":"mg per kg","system":"http://unitsofmeasure.org","code":"mg/kg"}""", "")]
    [InlineData("""{"value":5}""", "regimen-dose-without-unit: The dose 5 has no unit.")]
    [InlineData("""{"value":5,"unit":"mg"}""", "regimen-unit-not-ucum: The unit 'mg' has no code.")]
    [InlineData("""{"value":5,"unit":"mg","system":"http://snomed.info/sct","code":"258684004"}""", "regimen-unit-not-ucum: The unit 'mg' has the code 258684004 of http://snomed.info/sct.")]
    [InlineData("""{"value":1.3,"unit":"mg/m²","system":"http://unitsofmeasure.org","code":"mg"}""", "regimen-dose-basis: The unit 'mg/m²' is per body surface, its code mg a fixed dose.")]
    [InlineData("""{"value":2,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg/kg"}""", "regimen-dose-basis: The unit 'mg' is a fixed dose, its code mg/kg per body weight.")]
    public void The_unit_of_a_dose_is_there_is_of_UCUM_and_means_what_it_says(string quantity, string finding)
    {
        var found = Lint(PlanWith($$$"""{"route":{"text":"oral"},"doseAndRate":[{"doseQuantity":{{{quantity}}}}]}"""));

        Assert.Equal(finding.Length == 0 ? [] : new[] { finding + " @ PlanDefinition.contained[0].dosage[0].doseAndRate[0].dose" }, found);
    }

    [Theory]
    [InlineData("600 mg flat twice daily", "mg", "")]
    [InlineData("600 mg/m2 on day 1", "mg", "regimen-dose-basis: The dosage '600 mg/m2 on day 1' is per body surface, its dose 600 mg a fixed dose.")]
    [InlineData("600 mg per kg", "mg/m2", "regimen-dose-basis: The dosage '600 mg per kg' is per body weight, its dose 600 mg/m2 per body surface.")]
    [InlineData("up to 1200 mg/m2 in all", "mg", "")]
    public void The_words_of_a_dosage_and_its_dose_are_reckoned_by_the_same(string text, string code, string finding)
    {
        var found = Lint(PlanWith($$$"""{"text":"{{{text}}}","route":{"text":"oral"},"doseAndRate":[{"doseQuantity":{"value":600,"unit":"{{{code}}}","system":"http://unitsofmeasure.org","code":"{{{code}}}"}}]}"""));

        Assert.Equal(finding.Length == 0 ? [] : new[] { finding + " @ PlanDefinition.contained[0].dosage[0].doseAndRate[0].dose" }, found);
    }

    [Fact]
    public void A_range_and_a_rate_are_looked_at_too_and_a_dose_without_route_is_told()
    {
        var found = Lint(PlanWith("""{"doseAndRate":[{"doseRange":{"low":{"value":1},"high":{"value":2,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}},"rateRatio":{"numerator":{"value":3},"denominator":{"value":1,"unit":"h","system":"http://unitsofmeasure.org","code":"h"}}}]}"""));

        Assert.Equal(
            ["regimen-dose-without-route: The dosage has a dose and no route. @ PlanDefinition.contained[0].dosage[0]",
             "regimen-dose-without-unit: The dose 1 has no unit. @ PlanDefinition.contained[0].dosage[0].doseAndRate[0].dose.low",
             "regimen-dose-without-unit: The dose 3 has no unit. @ PlanDefinition.contained[0].dosage[0].doseAndRate[0].rate.numerator"],
            found);
    }

    [Theory]
    [InlineData("21", "d", "1 21", "")]
    [InlineData("21", "d", "1 22", "Day 22 lies behind the end of the cycle, which has 21 days.")]
    [InlineData("3", "wk", "22 28", "Days 22, 28 lie behind the end of the cycle, which has 21 days.")]
    [InlineData("1", "mo", "31", "")]
    [InlineData("1", "mo", "32", "Day 32 lies behind the end of the cycle, which has 1 month.")]
    public void A_day_lies_within_its_cycle(string length, string unit, string days, string finding)
    {
        var extension = string.Join(',', days.Split(' ').Select(day => $$"""{"url":"day","valueInteger":{{day}}}"""));

        var found = Lint($$$"""
            {"resourceType":"PlanDefinition","status":"draft","action":[{"title":"cycle","timingTiming":{"repeat":{"period":{{{length}}},"periodUnit":"{{{unit}}}"} },
             "action":[{"title":"x","extension":[{"url":"http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle","extension":[{{{extension}}}]}]}]}]}
            """);

        Assert.Equal(finding.Length == 0 ? [] : new[] { $"regimen-day-beyond-cycle: {finding} @ PlanDefinition.action[0].action[0]" }, found);
    }

    [Fact]
    public void A_member_has_a_code_and_one_of_a_system_in_force()
    {
        var sources = Known("""{"resourceType":"CodeSystem","url":"urn:old","status":"retired","content":"complete"}""");

        var found = Lint("""
            {"resourceType":"PlanDefinition","status":"draft","action":[{"selectionBehavior":"all","action":[
              {"title":"drug a"},{"title":"drug b","code":[{"coding":[{"system":"urn:old","code":"b"}]}]},{"title":"drug c","code":[{"coding":[{"system":"urn:new","code":"c"}]}]}]},
             {"title":"talk to the patient"}]}
            """, sources);

        Assert.Equal(
            ["regimen-member-without-code: 'drug a' has no code. @ PlanDefinition.action[0].action[0]", "regimen-retired-code-system: 'b' has a code of urn:old, which is retired. @ PlanDefinition.action[0].action[1]"],
            found);
    }

    [Fact]
    public void What_is_found_in_an_activity_elsewhere_is_told_at_the_action_that_uses_it()
    {
        var sources = Known("""{"resourceType":"ActivityDefinition","url":"urn:act","version":"1","status":"draft","kind":"MedicationRequest"}""");

        var found = Lint("""{"resourceType":"PlanDefinition","status":"draft","action":[{"title":"drug a","definitionCanonical":"urn:act"}]}""", sources);

        Assert.Equal(["regimen-member-without-code: 'drug a' has no code. @ PlanDefinition.action[0]"], found);
    }

    [Fact]
    public void A_requirement_names_what_there_is()
    {
        var sources = Known("""{"resourceType":"CodeSystem","url":"urn:classes","status":"active","content":"complete","concept":[{"code":"x","concept":[{"code":"y"}]}]}""");
        string Need(string concept) => $$"""{"url":"requirement","extension":[{"url":"concept","valueCodeableConcept":{{concept}}}]}""";

        var found = Lint($$$"""
            {"resourceType":"PlanDefinition","status":"draft","action":[{"title":"t","extension":[{"url":"http://myeloma-fhir.org/fhir/StructureDefinition/prior-therapy","extension":[
              {{{Need("""{"coding":[{"system":"urn:classes","code":"y"}]}""")}}},{{{Need("""{"coding":[{"system":"urn:classes","code":"z"}]}""")}}},{{{Need("""{"text":"something"}""")}}},{{{Need("""{"coding":[{"system":"urn:unknown","code":"q"}]}""")}}}]}]}]}
            """, sources);

        Assert.Equal(
            ["regimen-unknown-class: The requirement names z, which urn:classes does not have. @ PlanDefinition.action[0].extension[0].extension[1].extension[0].value",
             "regimen-unknown-class: The requirement names 'something' without a code. @ PlanDefinition.action[0].extension[0].extension[2].extension[0].value"],
            found);
    }

    [Fact]
    public void An_abbreviation_means_one_set_of_drugs_and_the_set_has_one()
    {
        string Plan(string id, string drugs, string status, params string[] abbreviations) => $$$"""
            {"resourceType":"PlanDefinition","id":"{{{id}}}","url":"urn:plan:{{{id}}}","status":"{{{status}}}","identifier":[{{{string.Join(',', abbreviations.Select(abbreviation => $$"""{"system":"http://myeloma-fhir.org/fhir/NamingSystem/regimen-abbreviation","value":"{{abbreviation}}"}"""))}}}],
             "action":[{"selectionBehavior":"all","action":[{{{string.Join(',', drugs.Select(drug => $$"""{"title":"{{drug}}","code":[{"coding":[{"system":"urn:drugs","code":"{{drug}}"}]}]}"""))}}}]}]}
            """;
        Element[] others =
        [
            Parsed(Plan("same", "ba", "draft", "AB")), Parsed(Plan("other", "ac", "draft", "AB")), Parsed(Plan("renamed", "ab", "draft", "BA")), Parsed(Plan("past", "ac", "retired", "AB")), Parsed(Plan("own", "ac", "draft", "AB")),
        ];

        var found = Told(RegimenLint.Of(Parsed(Plan("own", "ab", "draft", "AB", "A-B")), ApplySources.None, others));

        Assert.Equal(
            ["regimen-second-abbreviation: A-B is the abbreviation of the same drugs as AB. @ PlanDefinition.identifier[1]",
             "regimen-shared-abbreviation: AB is also the abbreviation of PlanDefinition/other, which has other drugs. @ PlanDefinition.identifier[0]",
             "regimen-second-abbreviation: The same drugs are called BA in PlanDefinition/renamed. @ PlanDefinition.identifier[0]"],
            found);
    }

    [Fact]
    public void The_regimens_of_the_seeds_are_found_as_they_were_before()
    {
        var documents = Directory.GetFiles(Path.Combine(RepositoryRoot.Folder, "fhir-resources", "built"), "*.json").Select(path => ResourceDocument.Parse(File.ReadAllBytes(path))).ToList();
        var byUrl = documents.ToLookup(document => document.Root.TextOf("url"));
        var plans = documents.Where(document => document.ResourceType == "PlanDefinition").OrderBy(document => document.Id, StringComparer.Ordinal).ToList();

        var found = plans.SelectMany(plan => Told(RegimenLint.Of(plan.Root, new ApplySources { Definitions = url => [.. byUrl[url]] }, [.. plans.Select(other => other.Root)])).Select(line => $"{plan.Id}: {line}"));

        Assert.Equal([], found);
    }

    [ConformanceTheory]
    [InlineData("52401000210103.json")]
    [InlineData("60071000210106.json")]
    public void Published_regimens_of_another_country_are_found_as_they_were_before(string file)
    {
        var plan = ResourceDocument.Parse(File.ReadAllBytes(ConformanceFolder.Suite("regimens", file)));

        var found = RegimenLint.Of(plan.Root, ApplySources.None, []);

        var told = string.Join('\n', found.GroupBy(issue => issue.MessageId).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => FormattableString.Invariant($"{group.Key} {group.Count()}: {What(group.First())}")));
        Assert.Equal(Golden[file], told);
    }

    /// <summary>Of each rule how often it finds something, and the first finding.</summary>
    private static readonly Dictionary<string, string> Golden = new()
    {
        ["52401000210103.json"] = "regimen-unit-not-ucum 3: The unit 'mg flat' has the code 258684004 of http://snomed.info/sct.",
        ["60071000210106.json"] = "regimen-unit-not-ucum 28: The unit 'mg' has the code 258684004 of http://snomed.info/sct.",
    };

    [Fact]
    public void Rules_and_their_documentation_agree()
    {
        var text = File.ReadAllText(Path.Combine(RepositoryRoot.Folder, "src", "Myeloma.Fhir.ClinicalReasoning", "Linting", "README.md"));

        var rows = Row().Matches(text).Select(match => (match.Groups["id"].Value, match.Groups["severity"].Value, match.Groups["fix"].Value));

        Assert.Equal(LintRule.All.Select(rule => (rule.Id, rule.IsWarning ? "warning" : "information", rule.Fix)), rows);
    }

    private static string PlanWith(string dosage) => $$$"""
        {"resourceType":"PlanDefinition","status":"draft","contained":[{"resourceType":"ActivityDefinition","id":"a","status":"draft","kind":"MedicationRequest","productCodeableConcept":{{{Drug}}},"dosage":[{{{dosage}}}]}],
         "action":[{"title":"x","definitionCanonical":"#a"}]}
        """;

    private static List<string> Lint(string plan, ApplySources? sources = null) => Told(RegimenLint.Of(Parsed(plan), sources ?? ApplySources.None, []));

    private static ApplySources Known(string resource)
    {
        var document = ResourceDocument.Parse(Encoding.UTF8.GetBytes(resource));
        return new ApplySources { Definitions = url => document.Root.TextOf("url") == url ? [document] : [] };
    }

    private static Element Parsed(string resource) => ResourceDocument.Parse(Encoding.UTF8.GetBytes(resource)).Root;

    private static List<string> Told(IReadOnlyList<Issue> issues) => [.. issues.Select(issue => $"{issue.MessageId}: {What(issue)} @ {issue.Expression}")];

    /// <summary>Without what to do about it, which every finding ends in.</summary>
    private static string What(Issue issue)
    {
        var fix = LintRule.All.Single(rule => rule.Id == issue.MessageId).Fix;
        Assert.EndsWith(" " + fix, issue.Diagnostics, StringComparison.Ordinal);
        return issue.Diagnostics[..^(fix.Length + 1)];
    }

    [GeneratedRegex(@"^\| `(?<id>[a-z-]+)` \| (?<severity>\w+) \| [^|]+ \| [^|]+ \| (?<fix>[^|]+) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
