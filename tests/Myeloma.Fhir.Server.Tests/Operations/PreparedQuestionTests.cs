using System.Text.RegularExpressions;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Operations;

/// <summary>Questions of terminology that are settled but for their codes, over HTTP: nobody can tell from an answer which way it came, and a change counts at once.</summary>
[Trait("Category", "Postgres")]
public sealed class PreparedQuestionTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string System = "http://example.org/fhir/CodeSystem/prepared";

    private static readonly string[] Codes = ["red", "orange", "grey", "warm", "blue", "", "r%65d", "a+b", "r ed"];

    [Fact]
    public async Task Answers_are_the_same_whichever_way_they_come()
    {
        await PutAsync(server, "Orange");
        await server.PutAsync($$$"""{"resourceType":"ValueSet","id":"prepared-warm","url":"http://example.org/fhir/ValueSet/prepared","status":"active","compose":{"include":[{"system":"{{{System}}}","filter":[{"property":"concept","op":"is-a","value":"warm"}]}]}}""");
        await server.PutAsync($$$"""{"resourceType":"ConceptMap","id":"prepared-map","url":"http://example.org/fhir/ConceptMap/prepared","status":"active","group":[{"source":"{{{System}}}","target":"http://example.org/other","element":[{"code":"red","target":[{"code":"r","equivalence":"equal"}]}]}]}""");

        // Only one server of a database answers from memory, and this is not to be the other one.
        var plain = await server.AnotherAsync(("Fhir:Terminology:MaxPrepared", "0"), ("Fhir:HotBodyMegabytes", "0"));
        string[] questions =
        [
            $"/CodeSystem/$lookup?system={System}&code=", $"/CodeSystem/$lookup?property=*&displayLanguage=de&system={System}&code=", $"/CodeSystem/%24lookup?system={System}&code=",
            $"/CodeSystem/$validate-code?url={System}&code=", $"/CodeSystem/$validate-code?url={System}&display=Red&code=", $"/ValueSet/$validate-code?url=http://example.org/fhir/ValueSet/prepared&system={System}&code=",
            $"/ValueSet/prepared-warm/$validate-code?system={System}&code=", $"/CodeSystem/$subsumes?system={System}&codeA=warm&codeB=", $"/CodeSystem/$subsumes?system={System}&codeB=red&codeA=",
            $"/ConceptMap/$translate?url=http://example.org/fhir/ConceptMap/prepared&system={System}&code=", $"/ConceptMap/$translate?system={System}&code=", $"/CodeSystem/$lookup?system={System}&_pretty=true&code=",
            $"/CodeSystem/$lookup?system={System}&_format=xml&code=", $"/CodeSystem/$lookup?system={System}&unknown=1&code=", $"/CodeSystem/$lookup?system={System}&code=red&code=", $"/ValueSet/$expand?url=http://example.org/fhir/ValueSet/none&code=",
        ];
        (string, string)[][] headers =
        [
            [], [("Accept", "application/fhir+json")], [("Accept", "*/*")], [("Accept", "application/fhir+xml")], [("Accept", "text/html")], [("Accept", "application/json")], [("Accept-Language", "de")],
            [("Prefer", "handling=strict")], [("Accept", "text/plain")], [("Accept-Encoding", "gzip")],
        ];

        // Beside much other work a server may lose its lease on memory for a while, and answers all the same; then everything is asked once more.
        var settled = 0.0;
        for (var pass = 0; pass < 5 && settled <= 100; pass++)
        {
            await AwaitSettledAsync(server);
            var before = await AnsweredAsync(server);
            await CompareAsync(plain, questions, headers);
            settled = await AnsweredAsync(server) - before;
        }

        Assert.True(settled > 100, $"Hardly any answer came from a settled question: {settled} of the last pass.");
        Assert.Equal(0, await AnsweredAsync(plain));
        await plain.StopServerAsync();
    }

    private async Task CompareAsync(RunningServer plain, string[] questions, (string, string)[][] headers)
    {
        foreach (var question in questions)
        {
            foreach (var with in headers)
            {
                foreach (var code in Codes)
                {
                    var wanted = Compared(await plain.GetAsync(question + code, with), plain);
                    for (var turn = 0; turn < 2; turn++) Assert.Equal(wanted, Compared(await server.GetAsync(question + code, with), server));
                    Assert.Equal(Compared(await plain.SendAsync("HEAD", question + code, null, with), plain), Compared(await server.SendAsync("HEAD", question + code, null, with), server));
                }
            }
        }
    }

    [Fact]
    public async Task A_change_counts_at_once()
    {
        for (var version = 0; version < 5; version++)
        {
            await PutAsync(server, $"Orange {version}");
            for (var turn = 0; turn < 3; turn++)
            {
                var answer = await server.GetAsync($"/CodeSystem/$lookup?system={System}&code=orange");

                Assert.Equal($"Orange {version}", answer.Json.GetProperty("parameter").EnumerateArray().Single(each => each.GetProperty("name").GetString() == "display").GetProperty("valueString").GetString());
            }
        }
    }

    [Fact]
    public async Task No_more_questions_are_kept_than_the_setting_says()
    {
        var small = await RunningServer.StartAsync(("Fhir:Terminology:MaxPrepared", "3"));
        await PutAsync(small, "Orange");
        await AwaitSettledAsync(small);
        for (var each = 0; each < 20; each++) Assert.Equal(200, (await small.GetAsync($"/CodeSystem/$lookup?system={System}&date=2026-01-{each + 1:D2}&code=red")).Status);

        Assert.InRange(await FigureAsync(small, "myeloma_fhir_terminology_prepared"), 1, 3);
        await small.DisposeAsync();
    }

    private static Task PutAsync(RunningServer to, string orange) => to.PutAsync($$"""
        {"resourceType":"CodeSystem","id":"prepared","url":"{{System}}","version":"1","language":"en","status":"active","content":"complete",
         "property":[{"code":"status","uri":"http://hl7.org/fhir/concept-properties#status","type":"code"}],
         "concept":[{"code":"warm","display":"Warm","concept":[{"code":"red","display":"Red","designation":[{"language":"de","value":"Rot"}]},{"code":"orange","display":"{{orange}}"}]},
          {"code":"grey","display":"Grey","property":[{"code":"status","valueCode":"retired"}]}]}
        """);

    /// <summary>A server answers from memory when no other one has just done so or written: that may take a minute.</summary>
    private static async Task AwaitSettledAsync(RunningServer of)
    {
        var before = await AnsweredAsync(of);
        await Eventually.HoldsAsync(
            async () => (await of.GetAsync($"/CodeSystem/$lookup?system={System}&code=red")).Status == 200 && await AnsweredAsync(of) > before, () => "No answer comes from a settled question.");
    }

    /// <summary>All of an answer but its time, the same for servers at different addresses.</summary>
    private static string Compared(Answer answer, RunningServer from) => string.Join('\n',
        [$"{answer.Status}", .. answer.Headers.Where(header => header.Key is not "Date").OrderBy(header => header.Key, StringComparer.Ordinal).Select(header => $"{header.Key}: {header.Value}"), answer.Body]).Replace(from.BaseUrl, "", StringComparison.Ordinal);

    private static Task<int> AnsweredAsync(RunningServer of) => FigureAsync(of, "myeloma_fhir_terminology_prepared_answers");

    private static async Task<int> FigureAsync(RunningServer of, string name)
    {
        var text = (await of.GetAsync(of.BaseUrl.Replace("/fhir", "/metrics", StringComparison.Ordinal))).Body;
        var figure = Regex.Match(text, $"^{name}(_total)?({{[^}}]*}})? ([0-9]+)", RegexOptions.Multiline);
        return figure.Success ? int.Parse(figure.Groups[3].Value, global::System.Globalization.CultureInfo.InvariantCulture) : throw new InvalidOperationException($"{name} is not told: {text}");
    }
}
