using System.Text.Json;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>Closure tables: begun, extended, caught up with, by many callers at once and on two servers.</summary>
/// <remarks>https://hl7.org/fhir/R4/conceptmap-operation-closure.html, https://hl7.org/fhir/R4/terminology-service.html#closure</remarks>
public sealed partial class TerminologyTests
{
    private const string Acts = "http://terminology.hl7.org/CodeSystem/v3-ActClass";

    [Fact]
    public async Task A_closure_table_tells_what_each_new_concept_brings()
    {
        var begun = await ClosureAsync(server, "grows");
        Assert.Equal((200, "0", ""), (begun.Status, Version(begun), Entries(begun)));

        var first = await ClosureAsync(server, "grows", codes: ["OBS"]);
        var second = await ClosureAsync(server, "grows", codes: ["ALRT", "ACT"]);
        var known = await ClosureAsync(server, "grows", codes: ["OBS"]);
        var between = await ClosureAsync(server, "grows", codes: ["CASE"]);

        Assert.Equal(("1", ""), (Version(first), Entries(first)));
        Assert.Equal(("2", "ALRT>ACT ALRT>OBS OBS>ACT"), (Version(second), Entries(second)));
        Assert.Equal(("2", ""), (Version(known), Entries(known)));
        Assert.Equal(("3", "CASE>ACT CASE>OBS"), (Version(between), Entries(between)));
        Assert.Equal("subsumes", second.Json.GetProperty("group")[0].GetProperty("element")[0].GetProperty("target")[0].GetProperty("equivalence").GetString());
    }

    [Fact]
    public async Task Who_missed_answers_asks_again_from_the_version_it_knows()
    {
        await ClosureAsync(server, "resumed");
        await ClosureAsync(server, "resumed", codes: ["ACT"]);
        await ClosureAsync(server, "resumed", codes: ["OBS"]);
        await ClosureAsync(server, "resumed", codes: ["ALRT"]);

        var all = await ClosureAsync(server, "resumed", version: "0");
        var later = await ClosureAsync(server, "resumed", version: "2");
        var more = await ClosureAsync(server, "resumed", codes: ["CASE"], version: "2");

        Assert.Equal(("3", "ALRT>ACT ALRT>OBS OBS>ACT"), (Version(all), Entries(all)));
        Assert.Equal(("3", "ALRT>ACT ALRT>OBS"), (Version(later), Entries(later)));
        Assert.Equal(("4", "ALRT>ACT ALRT>OBS CASE>ACT CASE>OBS"), (Version(more), Entries(more)));
        await ClosureAsync(server, "resumed");
        var lost = await ClosureAsync(server, "resumed", version: "3");
        Assert.Equal(400, lost.Status);
        Assert.Equal("The closure table 'resumed' is at version 0 and has not reached 3: it was begun anew. Begin it again, and send its concepts.", Assert.Single(lost.Json.GetProperty("issue").EnumerateArray()).GetProperty("diagnostics").GetString());
    }

    [Fact]
    public async Task Callers_at_once_on_two_servers_get_each_entry_once_and_each_state_its_number()
    {
        await using var other = new Owned(await server.AnotherAsync());
        await ClosureAsync(server, "shared");
        string[] codes = ["ACT", "OBS", "ALRT", "CASE", "BATTERY", "CLNTRL", "CNOD", "COND", "OUTB", "DGIMG", "GEN", "INVSTG", "MPROT", "SPCOBS", "STORE", "SPLY", "DIET", "PROC", "ENC", "CONS"];

        var answers = await Task.WhenAll(codes.SelectMany((code, index) => new[] { (code, index), (code, index) }).Select((each, place) =>
            ClosureAsync(place % 2 == 0 ? server : other.Server, "shared", codes: [each.code])));
        var whole = await ClosureAsync(other.Server, "shared", version: "0");
        await ClosureAsync(server, "alone");
        var atOnce = await ClosureAsync(server, "alone", codes: codes);

        Assert.All(answers, answer => Assert.Equal(200, answer.Status));
        Assert.Equal($"{codes.Length}", Version(whole));
        Assert.Equal(Entries(atOnce), Entries(whole));
        Assert.Equal(Entries(whole), string.Join(' ', answers.SelectMany(answer => Entries(answer).Split(' ', StringSplitOptions.RemoveEmptyEntries)).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task What_can_not_be_added_changes_nothing_and_is_told()
    {
        await ClosureAsync(server, "guarded");

        var unknown = await ClosureAsync(server, "guarded", codes: ["ACT", "NOPE", "NONE"]);
        var never = await ClosureAsync(server, "never-begun", codes: ["ACT"]);
        var wrong = await ClosureAsync(server, "guarded", version: "one");
        var read = await server.GetAsync("/$closure?name=guarded");

        Assert.Equal((422, 404, 400, 405), (unknown.Status, never.Status, wrong.Status, read.Status));
        Assert.Equal(["Parameters.parameter[2].valueCoding.code", "Parameters.parameter[3].valueCoding.code"], unknown.Json.GetProperty("issue").EnumerateArray().Select(issue => issue.GetProperty("expression")[0].GetString()));
        Assert.Equal("There is no closure table 'never-begun'; begin it by $closure with the parameter 'name' alone.", never.Json.GetProperty("issue")[0].GetProperty("diagnostics").GetString());
        Assert.Equal(("0", ""), (Version(await ClosureAsync(server, "guarded", version: "0")), Entries(await ClosureAsync(server, "guarded", version: "0"))));
    }

    private static Task<Answer> ClosureAsync(RunningServer at, string name, string[]? codes = null, string? version = null) => at.SendAsync(
        "POST", "/$closure", $$"""{"resourceType":"Parameters","parameter":[{"name":"name","valueString":"{{name}}"}"""
        + string.Concat((codes ?? []).Select(code => $$""",{"name":"concept","valueCoding":{"system":"{{Acts}}","code":"{{code}}"} }"""))
        + (version is null ? "" : $$""",{"name":"version","valueString":"{{version}}"}""") + "]}");

    private static string? Version(Answer answer) => answer.Json.GetProperty("version").GetString();

    /// <summary>The entries as <c>code>ancestor</c>, in order.</summary>
    private static string Entries(Answer answer) => !answer.Json.TryGetProperty("group", out var groups) ? "" : string.Join(' ', groups.EnumerateArray()
        .SelectMany(group => group.GetProperty("element").EnumerateArray())
        .SelectMany(element => element.GetProperty("target").EnumerateArray().Select(target => $"{element.GetProperty("code").GetString()}>{target.GetProperty("code").GetString()}"))
        .Order(StringComparer.Ordinal));

    /// <summary>A second server that is stopped at the end of a test.</summary>
    private sealed class Owned(RunningServer server) : IAsyncDisposable
    {
        public RunningServer Server { get; } = server;

        public async ValueTask DisposeAsync() => await Server.DisposeAsync();
    }
}
