using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Myeloma.Fhir.TestSupport;

/// <summary>
/// What is committed of a suite that others wrote: the names of its tests that pass, and of those that fail why. The server shows it on the page <c>/conformance</c>, so that it has
/// to be what a run finds.
/// </summary>
/// <remarks>
/// With <c>MYELOMA_WRITE_CONFORMANCE=1</c> the results are written instead of compared; reasons stay, new failures bring theirs. Whoever commits them sees whether something is lost.
/// </remarks>
public static class SuiteResults
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Compares a run with what is committed.</summary>
    /// <param name="suite">Name of the file in <c>src/Myeloma.Fhir.Server/Conformance</c>.</param>
    /// <param name="found">Each test by its name; the failure is null where it passed.</param>
    /// <param name="covers">The tests of the suite that this run is about; null: all.</param>
    /// <exception cref="InvalidOperationException">They differ; the message names every test.</exception>
    public static void Hold(string suite, IReadOnlyDictionary<string, string?> found, Func<string, bool>? covers = null)
    {
        var path = RepositoryRoot.Combine("src", "Myeloma.Fhir.Server", "Conformance", $"{suite}.json");
        var committed = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        covers ??= _ => true;
        var passing = committed["passing"]!.AsArray().Select(name => name!.ToString()).ToHashSet(StringComparer.Ordinal);
        var failing = committed["failing"]!.AsObject().ToDictionary(each => each.Key, each => each.Value!.ToString(), StringComparer.Ordinal);
        if (Environment.GetEnvironmentVariable("MYELOMA_WRITE_CONFORMANCE") == "1")
        {
            Write(path, committed, found, passing.Where(name => !covers(name)), failing, covers);
            return;
        }

        List<string> differences =
        [
            .. found.Where(each => each.Value is not null && !failing.ContainsKey(each.Key)).Select(each => $"{each.Key} fails: {each.Value}"),
            .. found.Where(each => each.Value is null && !passing.Contains(each.Key)).Select(each => $"{each.Key} passes; write it down as passing (MYELOMA_WRITE_CONFORMANCE=1)."),
            .. passing.Concat(failing.Keys).Where(name => covers(name) && !found.ContainsKey(name)).Select(name => $"{name} was not run."),
        ];
        if (differences.Count > 0) throw new InvalidOperationException(string.Join(Environment.NewLine, differences.Order(StringComparer.Ordinal)));
    }

    private static void Write(
        string path, JsonObject committed, IReadOnlyDictionary<string, string?> found, IEnumerable<string> others, Dictionary<string, string> reasons, Func<string, bool> covers)
    {
        var passing = others.Concat(found.Where(each => each.Value is null).Select(each => each.Key)).Order(StringComparer.Ordinal);
        var failing = reasons.Where(each => !covers(each.Key)).Select(each => each.Key).Concat(found.Where(each => each.Value is not null).Select(each => each.Key)).Order(StringComparer.Ordinal);
        committed["passing"] = new JsonArray([.. passing.Select(name => JsonValue.Create(name))]);
        committed["failing"] = new JsonObject(failing.Select(name => KeyValuePair.Create(name, (JsonNode?)JsonValue.Create(reasons.GetValueOrDefault(name) ?? found[name]!))));
        File.WriteAllText(path, committed.ToJsonString(Format) + "\n");
    }
}
