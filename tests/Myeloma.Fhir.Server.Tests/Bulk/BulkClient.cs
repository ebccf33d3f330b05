using System.Diagnostics;
using System.Text.Json;
using System.Text;
using Xunit;

namespace Myeloma.Fhir.Server.Tests.Bulk;

/// <summary>What tests of bulk export and import do over and over.</summary>
internal static class BulkClient
{
    public const string Ndjson = "application/fhir+ndjson";

    /// <summary>Begins a job and insists that it was taken.</summary>
    /// <returns>Its status URL below the base.</returns>
    public static async Task<string> BeginAsync(this RunningServer on, string method, string path, string? body = null, params (string, string)[] headers)
    {
        var answer = await on.SendAsync(method, path, body, [("Prefer", "respond-async"), .. headers]);
        Assert.True(answer.Status == 202, answer.Body);
        return answer.Header("Content-Location")![on.BaseUrl.Length..];
    }

    /// <summary>Waits for the answer of a job.</summary>
    public static async Task<Answer> EndAsync(this RunningServer on, string status, params (string, string)[] headers)
    {
        for (var watch = Stopwatch.StartNew(); ;)
        {
            var answer = await on.GetAsync(status, headers);
            if (answer.Status != 202) return answer;
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(3), $"The job {status} does not end: {answer.Header("X-Progress")}");
            Assert.NotNull(answer.Header("X-Progress"));
            await Task.Delay(20);
        }
    }

    /// <summary>Imports lines and insists that the job came to its end.</summary>
    /// <returns>The manifest.</returns>
    public static async Task<JsonElement> ImportAsync(this RunningServer on, IEnumerable<string> lines, string query = "")
    {
        var answer = await on.EndAsync(await on.BeginAsync("POST", "/$import" + query, string.Join('\n', lines), ("Content-Type", Ndjson)));
        Assert.True(answer.Status == 200, answer.Body);
        return answer.Json;
    }

    /// <summary>Exports and insists that the job came to its end.</summary>
    public static async Task<JsonElement> ExportAsync(this RunningServer on, string path)
    {
        var answer = await on.EndAsync(await on.BeginAsync("GET", path));
        Assert.True(answer.Status == 200, answer.Body);
        Assert.Equal("application/json", answer.Header("Content-Type"));
        return answer.Json;
    }

    /// <summary>The lines of all files of a list of a manifest.</summary>
    public static async Task<List<string>> LinesAsync(this RunningServer on, JsonElement manifest, string list = "output")
    {
        List<string> lines = [];
        foreach (var file in manifest.GetProperty(list).EnumerateArray())
        {
            var own = await on.FileAsync(file.GetProperty("url").GetString()!);
            Assert.Equal(file.GetProperty("count").GetInt64(), own.Count);
            lines.AddRange(own);
        }

        return lines;
    }

    public static async Task<List<string>> FileAsync(this RunningServer on, string url)
    {
        var answer = await on.GetAsync(new Uri(url).AbsolutePath["/fhir".Length..]);
        Assert.Equal((200, Ndjson), (answer.Status, answer.Header("Content-Type")));
        return [.. answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    /// <summary>The issues of a line of an error file as <c>line: severity code expression: diagnostics</c>.</summary>
    public static string IssueOf(string outcome)
    {
        var issues = JsonDocument.Parse(outcome).RootElement.GetProperty("issue").EnumerateArray().Select(issue =>
        {
            var line = issue.GetProperty("extension").EnumerateArray().Single(extension => extension.GetProperty("url").GetString()!.EndsWith("issue-line", StringComparison.Ordinal)).GetProperty("valueInteger").GetInt32();
            var expression = issue.TryGetProperty("expression", out var expressions) ? " " + expressions[0].GetString() : "";
            return $"{line}: {issue.GetProperty("severity").GetString()} {issue.GetProperty("code").GetString()}{expression}: {issue.GetProperty("diagnostics").GetString()}";
        });
        return string.Join(" | ", issues);
    }

    public static string Id(string line) => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!;

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
