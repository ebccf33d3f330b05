using System.Text.Json;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>What a package says of itself when it is made.</summary>
/// <param name="Canonical">What the urls of its resources begin with.</param>
public sealed record PackageDescription(string Name, string Version, string Title, string Description, string Canonical);

/// <summary>Makes a package of resources: manifest, index and a file for each, the same bytes each time. https://hl7.org/fhir/packages.html</summary>
public static class PackageBuild
{
    private static readonly ParseLimits Unlimited = new(int.MaxValue, 1_000, int.MaxValue, int.MaxValue);

    /// <summary>What the index tells of a file besides its name, type and id, in this order.</summary>
    private static readonly string[] Indexed = ["url", "version", "kind", "type", "supplements", "content", "derivation"];

    /// <param name="resources">Each with an id, no two of one type and id; their bytes go into the package as they are.</param>
    /// <exception cref="FhirException"><c>required</c>: a resource without id; <c>invalid</c>: two of one type and id.</exception>
    public static PackageArchive Make(PackageDescription description, IEnumerable<ReadOnlyMemory<byte>> resources)
    {
        var files = new SortedDictionary<string, ResourceDocument>(StringComparer.Ordinal);
        var faults = new List<Issue>();
        foreach (var json in resources)
        {
            var document = ResourceDocument.Parse(json, limits: Unlimited);
            if (document.Id is not { } id) faults.Add(Issue.Required($"A {document.ResourceType} of the package has no id, which its file is named after.", $"{document.ResourceType}.id"));
            else if (!files.TryAdd($"{document.ResourceType}-{id}.json", document)) faults.Add(Issue.Invalid($"The package has {document.ResourceType}/{id} twice.", $"{document.ResourceType}.id"));
        }

        if (faults.Count > 0) throw new FhirException(faults);
        var manifest = Json(writer => WriteManifest(writer, description));
        var entries = files.Select(file => new TarEntry($"package/{file.Key}", file.Value.Bytes)).ToList();
        var archive = PackageArchive.Write([new("package/package.json", manifest), new("package/.index.json", Json(writer => WriteIndex(writer, files))), .. entries]);
        return new PackageArchive(PackageManifest.Read(manifest), [.. entries.Select(entry => new PackageFile(entry.Name, entry.Content))], archive);
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options)) write(writer);
        return stream.ToArray();
    }

    private static void WriteManifest(Utf8JsonWriter writer, PackageDescription description)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, description.Name);
        writer.WriteString("version"u8, description.Version);
        writer.WriteString("type"u8, "Conformance"u8);
        writer.WriteString("title"u8, description.Title);
        writer.WriteString("description"u8, description.Description);
        writer.WriteString("canonical"u8, description.Canonical);
        writer.WriteString("url"u8, description.Canonical);
        writer.WriteStartArray("fhirVersions"u8);
        writer.WriteStringValue("4.0.1"u8);
        writer.WriteEndArray();
        writer.WriteStartObject("dependencies"u8);
        writer.WriteString(PackageManifest.Core, "4.0.1"u8);
        writer.WriteEndObject();
        writer.WriteStartObject("directories"u8);
        writer.WriteString("lib"u8, "package"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteIndex(Utf8JsonWriter writer, SortedDictionary<string, ResourceDocument> files)
    {
        writer.WriteStartObject();
        writer.WriteNumber("index-version"u8, 2);
        writer.WriteStartArray("files"u8);
        foreach (var (name, document) in files)
        {
            writer.WriteStartObject();
            writer.WriteString("filename"u8, name);
            writer.WriteString("resourceType"u8, document.ResourceType);
            writer.WriteString("id"u8, document.Id);
            foreach (var property in Indexed)
                if (document.Root.TextOf(property) is { } text) writer.WriteString(property, text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
