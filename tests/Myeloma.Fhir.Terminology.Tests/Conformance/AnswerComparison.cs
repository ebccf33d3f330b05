using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Myeloma.Fhir.Terminology.Tests.Conformance;

/// <summary>Compares an answer with an expected file and the templates in it, by the rules of the suite's README.</summary>
/// <param name="messages">The server's own wordings for <c>$external:n:…$</c>; null: only the fragments are looked for.</param>
/// <param name="isPattern">What is expected has to be there; more may be.</param>
internal sealed class AnswerComparison(JsonObject? messages, bool isPattern = false)
{
    private static readonly Dictionary<string, string> Forms = new()
    {
        ["$instant$"] = @"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)",
        ["$date$"] = @"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d))?",
        ["$uuid$"] = "urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        ["$id$"] = @"[A-Za-z0-9\-\.]{1,64}",
        ["$url$"] = @"https?://[^\s<>""{}|\\^`]+",
        ["$token$"] = @"[0-9a-zA-Z_][0-9a-zA-Z_\.\-]*",
        ["$semver$"] = @"[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?",
        ["$string$"] = @"\S(.*\S)?",
        ["$version$"] = @"4\.0\.1",
    };

    /// <returns>Where they differ and how; null when they agree.</returns>
    public string? Difference(string path, JsonNode? expected, JsonNode? actual, bool countOnly = false) => (expected, actual) switch
    {
        (JsonObject left, JsonObject right) => Objects(path, left, right),
        (JsonArray left, JsonArray right) => countOnly ? left.Count == right.Count ? null : $"{path}: {left.Count} items expected, {right.Count} found" : Lists(path, left, right),
        (JsonValue left, JsonValue right) => Same(left, right) ? null : $"{path}: expected {Shown(expected)}, found {Shown(actual)}",
        _ => $"{path}: expected {Shown(expected)}, found {Shown(actual)}",
    };

    private string? Objects(string path, JsonObject expected, JsonObject actual)
    {
        HashSet<string> optional = [];
        if (expected["$optional-properties$"] is JsonArray stated) optional = ["$optional-properties$", "$count-arrays$", .. stated.Select(each => each!.ToString())];
        var counted = (expected["$count-arrays$"] as JsonArray ?? []).Select(each => each!.ToString()).ToHashSet();
        foreach (var (name, value) in actual)
        {
            if (expected.TryGetPropertyValue(name, out var wanted))
            {
                if (Difference($"{path}.{name}", wanted, value, counted.Contains(name)) is { } difference) return difference;
            }
            else if (!isPattern && !optional.Contains(name) && !optional.Contains("*"))
            {
                return $"{path}: unexpected {name} {Shown(value)}";
            }
        }

        foreach (var (name, value) in expected)
        {
            if (name == "$optional$" || name == "$count-arrays$" || optional.Contains(name) || optional.Contains("*") || actual.ContainsKey(name)) continue;
            if (value is JsonArray list && list.All(item => item is not JsonObject each || each.ContainsKey("$optional$"))) continue;
            return $"{path}: missing {name} {Shown(value)}";
        }

        return null;
    }

    /// <summary>Items that need not be there may be passed over; the order was made equal before.</summary>
    private string? Lists(string path, JsonArray expected, JsonArray actual)
    {
        var left = actual.ToList();
        string? first = null;
        foreach (var wanted in expected.OrderBy(each => IsOptional(each)))
        {
            string? difference = null;
            var found = left.FindIndex(each => (difference = Difference($"{path}[{expected.IndexOf(wanted)}]", wanted, each)) is null);
            if (found >= 0) left.RemoveAt(found);
            else if (!IsOptional(wanted))
            {
                var near = left.FirstOrDefault(each => each is JsonObject one && wanted is JsonObject other && one["name"]?.ToString() == other["name"]?.ToString() && one["code"]?.ToString() == other["code"]?.ToString());
                first ??= near is null ? $"{path}: missing {Shown(wanted)} among {Shown(actual)}" : Difference($"{path}[{expected.IndexOf(wanted)}]", wanted, near);
            }
        }

        return first ?? (left.Count == 0 || isPattern ? null : $"{path}: unexpected {Shown(left[0])}");
    }

    private static bool IsOptional(JsonNode? node) => node is JsonObject each && each["$optional$"] is JsonValue value
        && (value.GetValueKind() == JsonValueKind.True || (value.GetValueKind() == JsonValueKind.String && value.ToString() is var text && (text.StartsWith('!') || text.StartsWith("warning:", StringComparison.Ordinal) || text == "version:4")));

    private bool Same(JsonValue expected, JsonValue actual)
    {
        if (expected.GetValueKind() != JsonValueKind.String || actual.GetValueKind() != JsonValueKind.String) return expected.ToJsonString() == actual.ToJsonString();
        var (wanted, found) = (expected.ToString(), actual.ToString());
        if (wanted.Length < 2 || wanted[0] != '$' || wanted[^1] != '$') return wanted == found || Letters(wanted) == Letters(found);
        if (wanted == "$$") return true;
        if (Forms.TryGetValue(wanted, out var form)) return Regex.IsMatch(found, $"^(?:{form})$", RegexOptions.Singleline);
        var inner = wanted[1..^1];
        if (inner.StartsWith("choice:", StringComparison.Ordinal)) return inner[7..].Split('|').Contains(found);
        if (inner.StartsWith("fragments:", StringComparison.Ordinal)) return inner[10..].Split('|').All(each => found.Contains(each, StringComparison.OrdinalIgnoreCase));
        if (!inner.StartsWith("external:", StringComparison.Ordinal)) throw new InvalidOperationException($"unknown template {wanted}");
        var parts = inner.Split(':');
        if (messages?[parts[1]] is { } own) return Letters(own.ToString()) == Letters(found);
        return parts.Length <= 2 || parts[2].Split('|').All(each => found.Contains(each, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The reference compares texts as if they were base64, and so sees letters, digits and little else.</summary>
    private static string Letters(string text)
    {
        var end = text.IndexOf('=', StringComparison.Ordinal);
        return string.Concat((end < 0 ? text : text[..end]).Where(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '+' or '/'));
    }

    private static string Shown(JsonNode? node) => node?.ToJsonString() is { } text ? text.Length > 300 ? text[..300] + "…" : text : "nothing";
}
