using System.Text.Json;

namespace Myeloma.Fhir.Server.Tests;

/// <summary>A whole HTTP answer, read to its end.</summary>
/// <param name="Headers">By name, several values joined by comma; those of the content among them.</param>
public sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    private JsonElement? json;

    public JsonElement Json => json ??= JsonDocument.Parse(Body).RootElement.Clone();

    /// <summary>The issues as <c>severity code expression: diagnostics</c>, the expression left out where there is none.</summary>
    public IReadOnlyList<string> Issues => Json.GetProperty("resourceType").GetString() == "OperationOutcome"
        ? [.. Json.GetProperty("issue").EnumerateArray().Select(Line)]
        : throw new InvalidOperationException($"Not an OperationOutcome: {Body}");

    /// <summary>The entries of a bundle.</summary>
    public IReadOnlyList<JsonElement> Entries => Json.TryGetProperty("entry", out var entries) ? [.. entries.EnumerateArray()] : [];

    /// <summary>Ids of the matches of a searchset, in its order.</summary>
    public IReadOnlyList<string> Matches => Ids("match");

    public IReadOnlyList<string> Includes => Ids("include");

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The link of that relation, without the base URL's host.</summary>
    public string? Link(string relation) => Json.GetProperty("link").EnumerateArray()
        .Where(link => link.GetProperty("relation").GetString() == relation)
        .Select(link => link.GetProperty("url").GetString()).SingleOrDefault();

    public static async Task<Answer> ReadAsync(HttpResponseMessage response) => new(
        (int)response.StatusCode,
        response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
        await response.Content.ReadAsStringAsync());

    private static string Line(JsonElement issue)
    {
        var expression = issue.TryGetProperty("expression", out var expressions) ? $" {expressions[0].GetString()}" : "";
        return $"{issue.GetProperty("severity").GetString()} {issue.GetProperty("code").GetString()}{expression}: {issue.GetProperty("diagnostics").GetString()}";
    }

    private List<string> Ids(string mode) =>
        [.. Entries.Where(entry => entry.GetProperty("search").GetProperty("mode").GetString() == mode).Select(entry => entry.GetProperty("resource").GetProperty("id").GetString()!)];
}
