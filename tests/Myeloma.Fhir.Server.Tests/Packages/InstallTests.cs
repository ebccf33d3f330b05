using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Xunit;
using static Myeloma.Fhir.Server.Tests.Packages.TestPackage;

namespace Myeloma.Fhir.Server.Tests.Packages;

/// <summary><c>$install</c>: packages at run time, over HTTP.</summary>
/// <remarks>https://hl7.org/fhir/packages.html</remarks>
[Trait("Category", "Postgres")]
public sealed class InstallTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Every_resource_is_installed_and_told_and_answers_at_once()
    {
        var package = new TestPackage("test.all", "1.0.0", ("hl7.fhir.r4.core", "4.0.1"))
            .With(Resource("CodeSystem", "all", more: """,  "content":"complete","concept":[{"code":"a","display":"Ä"}]"""))
            .With(Resource("ValueSet", "all", more: ""","compose":{"include":[{"system":"http://example.org/CodeSystem/all"}]}"""))
            .With(Resource("PlanDefinition", "all", status: "draft", more: ""","action":[{"title":"x"}]"""))
            .With(Resource("ActivityDefinition", "all"))
            .With(Resource("Library", "all", more: ""","type":{"text":"x"}"""))
            .With(Resource("Measure", "all"))
            .With(Resource("SearchParameter", "all", more: ""","name":"all","description":"x","code":"all-of-it","base":["Patient"],"type":"string","expression":"Patient.name.text" """))
            .With("""{"resourceType":"Patient","id":"all"}""", "package/example/Patient-all.json")
            .WithEntry(System.Formats.Tar.TarEntryType.RegularFile, "package/validation.json", """{"errors":0}""")
            .WithEntry(System.Formats.Tar.TarEntryType.RegularFile, "package/readme.md", "# x");

        var answer = await package.InstallAsync(server);
        var again = await package.InstallAsync(server, "?examples=true");
        var lookup = await server.GetAsync("/CodeSystem/$lookup?system=http://example.org/CodeSystem/all&code=a");
        var expansion = await server.GetAsync("/ValueSet/$expand?url=http://example.org/ValueSet/all");
        var search = await server.GetAsync("/Patient?all-of-it=x&_summary=count", ("Prefer", "handling=strict"));

        Assert.Equal(200, answer.Status);
        Assert.Equal(
            ["ActivityDefinition-all.json created ActivityDefinition/all", "CodeSystem-all.json created CodeSystem/all", "Library-all.json created Library/all", "Measure-all.json created Measure/all",
             "PlanDefinition-all.json created PlanDefinition/all", "SearchParameter-all.json created SearchParameter/all", "ValueSet-all.json created ValueSet/all",
             "example/Patient-all.json left-out: It is an example.", "validation.json left-out: It is no resource."],
            Lines(answer));
        Assert.Equal(["hl7.fhir.r4.core#4.0.1 built-in"], Dependencies(answer));
        Assert.True(again.Status == 200, again.Body);
        Assert.Equal(7, Lines(again).Count(line => line.Contains(" same ", StringComparison.Ordinal)));
        Assert.Contains("example/Patient-all.json created Patient/all", Lines(again));
        Assert.Equal((200, 200, 200), (lookup.Status, expansion.Status, search.Status));
        Assert.Equal("Ä", expansion.Json.GetProperty("expansion").GetProperty("contains")[0].GetProperty("display").GetString());
    }

    [Fact]
    public async Task Drafts_and_examples_are_a_choice_and_a_dry_run_changes_nothing()
    {
        var package = new TestPackage("test.choice", "1.0.0")
            .With(Resource("ValueSet", "choice-a"))
            .With(Resource("ValueSet", "choice-b", status: "draft"))
            .With("""{"resourceType":"Patient","id":"choice"}""", "package/example/Patient-choice.json");

        var dry = await package.InstallAsync(server, "?dryRun=true&examples=true");
        var nothing = await server.GetAsync("/ValueSet/choice-a");
        var unlisted = await server.GetAsync(Root("/packages/test.choice"));
        var real = await package.InstallAsync(server, "?drafts=false");

        Assert.Equal(["ValueSet-choice-a.json created ValueSet/choice-a", "ValueSet-choice-b.json created ValueSet/choice-b", "example/Patient-choice.json created Patient/choice"], Lines(dry));
        Assert.True(dry.Json.GetProperty("parameter")[0].GetProperty("valueBoolean").GetBoolean());
        Assert.Equal((404, 404), (nothing.Status, unlisted.Status));
        Assert.Equal(["ValueSet-choice-a.json created ValueSet/choice-a", "ValueSet-choice-b.json left-out: It is a draft.", "example/Patient-choice.json left-out: It is an example."], Lines(real));
    }

    [Fact]
    public async Task Url_and_version_are_who_a_resource_is_and_an_id_that_is_anothers_is_changed_with_the_references_to_it()
    {
        await server.PutAsync(Resource("ValueSet", "elsewhere").Replace("ValueSet/elsewhere", "ValueSet/known", StringComparison.Ordinal));
        await server.PutAsync(Resource("ActivityDefinition", "taken").Replace("ActivityDefinition/taken", "ActivityDefinition/others", StringComparison.Ordinal));
        await server.PutAsync(Resource("PlanDefinition", "later", more: ""","date":"2026-05" """));
        await server.PutAsync(Resource("PlanDefinition", "earlier", more: ""","date":"2026-05-01" """));
        var package = new TestPackage("test.identity", "1.0.0")
            .With(Resource("ValueSet", "known", more: ""","name":"Changed" """))
            .With(Resource("ActivityDefinition", "taken"))
            .With(Resource("ActivityDefinition", "side", "2"))
            .With(Resource("PlanDefinition", "later", more: ""","date":"2026-04-30" """))
            .With(Resource("PlanDefinition", "earlier", more: ""","date":"2026-06" """))
            .With("""{"resourceType":"Task","id":"user","status":"draft","intent":"plan","focus":{"reference":"ActivityDefinition/taken"}}""");
        await server.PutAsync(Resource("ActivityDefinition", "side", "1"));

        var answer = await package.InstallAsync(server);
        var (moved, kept, task) = (await server.GetAsync("/ActivityDefinition/taken-1"), await server.GetAsync("/ActivityDefinition/taken"), await server.GetAsync("/Task/user"));

        Assert.Equal(
            ["ActivityDefinition-side.json created ActivityDefinition/side-2: The id side is another's.", "ActivityDefinition-taken.json created ActivityDefinition/taken-1: The id taken is another's.",
             "PlanDefinition-earlier.json updated PlanDefinition/earlier", "PlanDefinition-later.json newer-kept PlanDefinition/later: What is here is of 2026-05, the package's of 2026-04-30.",
             "Task-user.json created Task/user", "ValueSet-known.json updated ValueSet/elsewhere"],
            Lines(answer));
        Assert.Equal("http://example.org/ActivityDefinition/taken", moved.Json.GetProperty("url").GetString());
        Assert.Equal("http://example.org/ActivityDefinition/others", kept.Json.GetProperty("url").GetString());
        Assert.Equal("ActivityDefinition/taken-1", task.Json.GetProperty("focus").GetProperty("reference").GetString());
    }

    [Fact]
    public async Task What_has_no_url_is_only_replaced_by_a_later_version_of_its_package()
    {
        await server.PutAsync("""{"resourceType":"Medication","id":"foreign","status":"active"}""");
        const string mine = """{"resourceType":"Medication","id":"mine","status":"active"}""";
        var first = await new TestPackage("test.nameless", "1.0.0").With(mine).InstallAsync(server);
        var second = await new TestPackage("test.nameless", "2.0.0").With(mine.Replace("active", "inactive", StringComparison.Ordinal)).InstallAsync(server);
        var foreign = await new TestPackage("test.nameless", "3.0.0").With("""{"resourceType":"Medication","id":"foreign","status":"inactive"}""").InstallAsync(server);

        Assert.Equal(["Medication-mine.json created Medication/mine"], Lines(first));
        Assert.Equal(["Medication-mine.json updated Medication/mine"], Lines(second));
        Assert.Equal(422, foreign.Status);
        Assert.Equal(
            ["error business-rule: Nothing is installed, because a file is refused; with 'skipRefused' the others are installed.",
             "error business-rule: test.nameless#3.0.0 package/Medication-foreign.json: Medication/foreign is here with other content, and no package of this name has brought it."], foreign.Issues);
    }

    [Fact]
    public async Task Of_a_package_with_faults_nothing_is_installed_and_all_are_told_unless_the_rest_is_wanted()
    {
        var package = new TestPackage("test.faults", "1.0.0")
            .With(Resource("ValueSet", "faults-good"))
            .With(Resource("ValueSet", "faults-status", status: "gone"))
            .With("""{"resourceType":"Task","id":"faults-lost","status":"draft","intent":"plan","focus":{"reference":"Task/never-was"}}""")
            .With("""{"resourceType":"Task","id":"faults-behind","status":"draft","intent":"plan","focus":{"reference":"Task/faults-lost"}}""")
            .WithEntry(System.Formats.Tar.TarEntryType.RegularFile, "package/broken.json", """{"resourceType": """);

        var refused = await package.InstallAsync(server);
        var dry = await package.InstallAsync(server, "?dryRun=true");
        var nothing = await server.GetAsync("/ValueSet/faults-good");
        var rest = await package.InstallAsync(server, "?skipRefused=true");

        Assert.Equal((422, "error business-rule: Nothing is installed, because 2 files are refused; with 'skipRefused' the others are installed."), (refused.Status, refused.Issues[0]));
        Assert.Equal(["test.faults#1.0.0 package/ValueSet-faults-status.json", "test.faults#1.0.0 package/broken.json"], refused.Issues.Skip(1).Select(issue => issue.Split(": ")[1]));
        Assert.Equal(404, nothing.Status);
        Assert.Equal(4, Lines(dry).Count(line => line.Contains(" refused: ", StringComparison.Ordinal)));
        Assert.Equal((200, 404), (rest.Status, (await server.GetAsync("/Task/faults-lost")).Status));
        Assert.Equal(
            ["Task-faults-behind.json refused", "Task-faults-lost.json refused", "ValueSet-faults-good.json created ValueSet/faults-good", "ValueSet-faults-status.json refused", "broken.json refused"],
            Lines(rest).Select(line => line.Split(": ")[0]));
    }

    [Fact]
    public async Task Validation_by_choice_knows_the_profiles_of_the_package_itself()
    {
        var package = new TestPackage("test.profiles", "1.0.0")
            .With(Resource("StructureDefinition", "born", more: """
                ,"name":"Born","kind":"resource","abstract":false,"type":"Patient","baseDefinition":"http://hl7.org/fhir/StructureDefinition/Patient","derivation":"constraint",
                "differential":{"element":[{"id":"Patient","path":"Patient"},{"id":"Patient.birthDate","path":"Patient.birthDate","min":1}]}
                """))
            .With("""{"resourceType":"Patient","id":"unborn","meta":{"profile":["http://example.org/StructureDefinition/born"]}}""", "package/example/Patient-unborn.json");

        var unasked = await package.InstallAsync(server, "?dryRun=true&examples=true");
        var asked = await package.InstallAsync(server, "?validate=true&examples=true");

        Assert.All(Lines(unasked), line => Assert.Contains(" created ", line, StringComparison.Ordinal));
        Assert.Equal(422, asked.Status);
        Assert.Contains("test.profiles#1.0.0 package/example/Patient-unborn.json", asked.Issues[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_here_under_a_version_stays()
    {
        var package = new TestPackage("test.fixed", "1.0.0").With(Resource("ValueSet", "fixed"));
        await package.InstallAsync(server);

        var other = await package.With(Resource("ValueSet", "fixed-2")).InstallAsync(server);

        Assert.Equal(422, other.Status);
        Assert.Equal(["error business-rule: test.fixed#1.0.0 is here already, with other content; what is published under a version stays. Publish it under another version."], other.Issues);
        Assert.Equal(404, (await server.GetAsync("/ValueSet/fixed-2")).Status);
    }

    [Fact]
    public async Task Dependencies_are_installed_first_cycles_and_missing_ones_are_told()
    {
        foreach (var published in (TestPackage[])[
            new TestPackage("test.base", "1.1.0", ("test.top", "1.0.0")).With(Resource("ValueSet", "dep-base")), new TestPackage("test.base", "1.0.0").With(Resource("ValueSet", "dep-old")),
            new TestPackage("test.middle", "2.0.0", ("test.base", "1.x")).With(Resource("ValueSet", "dep-middle"))])
            Assert.Equal(201, (await PostAsync(server, Root("/packages"), published.ToBytes())).Status);
        var top = new TestPackage("test.top", "1.0.0", ("test.middle", "2.0.0"), ("test.base", "1.1.0"), ("test.gone", "9.9.9")).With(Resource("ValueSet", "dep-top"));

        var alone = await top.InstallAsync(server, "?dryRun=true&dependencies=false");
        var answer = await top.InstallAsync(server);

        Assert.Equal(["test.top#1.0.0"], Names(alone));
        Assert.Equal(["test.base#1.1.0", "test.middle#2.0.0", "test.top#1.0.0"], Names(answer));
        Assert.Equal(["test.middle#2.0.0 installed", "test.base#1.x installed", "test.top#1.0.0 cycle", "test.base#1.1.0 installed", "test.gone#9.9.9 missing"], Dependencies(answer));
        Assert.Equal((200, 404), ((await server.GetAsync("/ValueSet/dep-base")).Status, (await server.GetAsync("/ValueSet/dep-old")).Status));
    }

    [Fact]
    public async Task A_package_goes_in_and_comes_out_by_package_with_the_same_content()
    {
        string[] resources =
        [
            Resource("CodeSystem", "round", more: ""","content":"complete","concept":[{"code":"a","display":"Ä \"x\""}]"""),
            Resource("ValueSet", "round", more: ""","compose":{"include":[{"system":"http://example.org/CodeSystem/round"}]}"""),
            Resource("ActivityDefinition", "round", more: ""","kind":"Task","quantity":{"value":1.50}"""),
            Resource("PlanDefinition", "round", more: ""","action":[{"definitionCanonical":"http://example.org/ActivityDefinition/round|1","code":[{"coding":[{"system":"http://example.org/CodeSystem/round","code":"a"}]}]}]"""),
            Resource("Library", "round", more: ""","type":{"text":"all"},"relatedArtifact":[{"type":"composed-of","resource":"http://example.org/PlanDefinition/round|1"},{"type":"composed-of","resource":"http://example.org/ValueSet/round|1"}]"""),
        ];
        var package = new TestPackage("test.round", "1.0.0");
        foreach (var resource in resources) package.With(resource);

        await package.InstallAsync(server);
        var bundle = await server.GetAsync("/Library/round/$package");

        var given = bundle.Entries.Skip(1).Select(entry => entry.GetProperty("resource")).ToDictionary(resource => resource.GetProperty("resourceType").GetString()!);
        Assert.Equal(resources.Length, given.Count);
        foreach (var resource in resources)
        {
            // The same but for what the server puts into meta; text and numbers as they were written.
            var sent = ResourceDocument.Parse(System.Text.Encoding.UTF8.GetBytes(resource));
            var stamped = ResourceDocument.Parse(ResourceStamp.Apply(sent, sent.Id!, "1", DateTimeOffset.UnixEpoch));
            Assert.True(ContentEquality.Same(stamped, ResourceDocument.Parse(System.Text.Encoding.UTF8.GetBytes(given[sent.ResourceType].GetRawText()))), given[sent.ResourceType].GetRawText());
        }
    }

    [Fact]
    public async Task Of_two_servers_that_install_at_once_both_end_well_and_every_resource_is_there_once()
    {
        await using var other = new Owned(await server.AnotherAsync());
        var package = new TestPackage("test.both", "1.0.0");
        for (var at = 0; at < 60; at++) package.With(Resource("ValueSet", $"both-{at}")).With($$"""{"resourceType":"Medication","id":"both-{{at}}","status":"active"}""");

        var answers = await Task.WhenAll(package.InstallAsync(server), package.InstallAsync(other.Server), package.InstallAsync(server), package.InstallAsync(other.Server));

        Assert.All(answers, answer => Assert.True(answer.Status == 200, answer.Body));
        Assert.Equal(120, answers.Sum(answer => Lines(answer).Count(line => line.Contains(" created ", StringComparison.Ordinal))));
        Assert.Equal(360, answers.Sum(answer => Lines(answer).Count(line => line.Contains(" same ", StringComparison.Ordinal))));
        Assert.Equal("1", (await server.GetAsync("/ValueSet/both-0")).Json.GetProperty("meta").GetProperty("versionId").GetString());
    }

    [Fact]
    public async Task A_package_can_not_take_a_status_back()
    {
        await server.PutAsync(Resource("Library", "released", more: ""","type":{"text":"x"}"""));

        var answer = await new TestPackage("test.status", "1.0.0").With(Resource("Library", "released", status: "draft", more: ""","type":{"text":"x"}""")).InstallAsync(server);

        Assert.Equal(422, answer.Status);
        Assert.Contains("test.status#1.0.0 package/Library-released.json: Library/released is active and can't become draft", answer.Issues[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_Parameters_a_package_is_sent_or_named()
    {
        var package = new TestPackage("test.named", "1.0.0").With(Resource("ValueSet", "named"));
        static string Parameters(string name, string type, string value) => $$"""{"resourceType":"Parameters","parameter":[{"name":"{{name}}","{{type}}":"{{value}}"}]}""";

        var sent = await server.SendAsync("POST", "/ImplementationGuide/$install", Parameters("npmContent", "valueBase64Binary", Convert.ToBase64String(package.ToBytes())));
        var named = await server.SendAsync("POST", "/$install", Parameters("name", "valueString", "test.named"));
        var unknown = await server.SendAsync("POST", "/$install", Parameters("name", "valueString", "test.unknown"));
        var nothing = await server.SendAsync("POST", "/$install");
        var got = await server.GetAsync("/$install?name=test.named");

        Assert.Equal(["ValueSet-named.json created ValueSet/named"], Lines(sent));
        Assert.Equal(["ValueSet-named.json same ValueSet/named"], Lines(named));
        Assert.Equal((404, 400, 405), (unknown.Status, nothing.Status, got.Status));
        Assert.Equal(["error not-found: There is no package test.unknown here; this server may ask no registry (setting Fhir:Packages:Registries)."], unknown.Issues);
    }

    [Fact]
    public async Task The_projects_own_package_is_installed_already_where_the_seeds_are_loaded()
    {
        await using var seeded = new Owned(await RunningServer.StartAsync(("Fhir:LoadSeeds", "true")));

        var answer = await seeded.Server.SendAsync("POST", "/$install", """{"resourceType":"Parameters","parameter":[{"name":"name","valueString":"org.myeloma-fhir.resources"}]}""");

        Assert.True(answer.Status == 200, answer.Body);
        Assert.Contains("SearchParameter-PlanDefinition-drug.json same SearchParameter/PlanDefinition-drug", Lines(answer));
        Assert.All(Lines(answer), line => Assert.Contains(".json same ", line, StringComparison.Ordinal));
    }

    /// <summary>Disposed with the test.</summary>
    private sealed class Owned(RunningServer server) : IAsyncDisposable
    {
        public RunningServer Server => server;

        public async ValueTask DisposeAsync() => await server.DisposeAsync();
    }

    private string Root(string path) => server.BaseUrl[..^"/fhir".Length] + path;
}
