using System.Text.Json;
using System.Text.RegularExpressions;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>The manifest of a package, <c>package/package.json</c>: what of it a server acts on, and all of it as it was written.</summary>
/// <remarks>https://hl7.org/fhir/packages.html</remarks>
/// <param name="Dependencies">Versions or patterns of versions by name, in the order of the manifest.</param>
/// <param name="FhirVersions">Empty when it names none.</param>
public sealed partial record PackageManifest(
    string Name, string Version, string? Title, string? Description, string? Canonical, IReadOnlyList<string> FhirVersions, IReadOnlyList<KeyValuePair<string, string>> Dependencies, ReadOnlyMemory<byte> Json)
{
    /// <summary>Definitions that every server of R4 has in itself.</summary>
    public const string Core = "hl7.fhir.r4.core";

    /// <summary>Name and version in the notation of packages: <c>hl7.fhir.us.core#6.1.0</c>.</summary>
    public string Reference => $"{Name}#{Version}";

    /// <exception cref="FhirException"><c>structure</c>: no JSON object; <c>required</c>, <c>value</c>: name or version; <c>not-supported</c>: a package of another version of FHIR. All faults together.</exception>
    public static PackageManifest Read(ReadOnlyMemory<byte> json)
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 32 });
            root = document.RootElement.Clone();
        }
        catch (JsonException fault)
        {
            throw new FhirException(Issue.Structure($"package/package.json is not JSON: {fault.Message}"));
        }

        if (root.ValueKind != JsonValueKind.Object) throw new FhirException(Issue.Structure("package/package.json is not a JSON object."));
        var faults = new List<Issue>();
        var (name, version) = (Text(root, "name"), Text(root, "version"));
        Check("name", name, IsName, "small letters, digits, dots and hyphens", faults);
        Check("version", version, IsVersion, "like 1.0.0", faults);
        var versions = Texts(root, "fhirVersions");
        if (versions.Count == 0) versions = Texts(root, "fhir-version-list");
        if (versions.Count > 0 && !versions.Any(each => each.StartsWith("4.0", StringComparison.Ordinal)))
            faults.Add(Issue.NotSupported($"The package is for FHIR {string.Join(", ", versions)}; this server speaks 4.0.1."));
        return faults.Count == 0
            ? new PackageManifest(name!, version!, Text(root, "title"), Text(root, "description"), Text(root, "canonical"), versions, DependenciesOf(root), json)
            : throw new FhirException(faults);
    }

    /// <summary>Whether a text can be the name of a package.</summary>
    public static bool IsName(string text) => NameForm().IsMatch(text);

    /// <summary>Whether a text can be the version of a package.</summary>
    public static bool IsVersion(string text) => VersionForm().IsMatch(text);

    private static void Check(string property, string? text, Func<string, bool> isOfForm, string form, List<Issue> faults)
    {
        if (text is null) faults.Add(Issue.Required($"package/package.json has no {property}."));
        else if (!isOfForm(text)) faults.Add(Issue.Value($"The {property} in package/package.json is {form}, not '{(text.Length <= 100 ? text : text[..100] + "…")}'."));
    }

    private static string? Text(JsonElement root, string property) =>
        root.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static List<string> Texts(JsonElement root, string property) =>
        root.TryGetProperty(property, out var values) && values.ValueKind == JsonValueKind.Array ? [.. values.EnumerateArray().Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()!)] : [];

    private static List<KeyValuePair<string, string>> DependenciesOf(JsonElement root) =>
        root.TryGetProperty("dependencies", out var values) && values.ValueKind == JsonValueKind.Object
            ? [.. values.EnumerateObject().Where(each => each.Value.ValueKind == JsonValueKind.String).Select(each => KeyValuePair.Create(each.Name, each.Value.GetString()!))]
            : [];

    [GeneratedRegex(@"^[a-z][a-z0-9._-]{0,199}\z")]
    private static partial Regex NameForm();

    [GeneratedRegex(@"^[0-9A-Za-z][0-9A-Za-z.+_-]{0,99}\z")]
    private static partial Regex VersionForm();
}
