using System.Text.Json;
using Myeloma.Fhir.Model;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary>What became of the files of a package, as it is kept beside the archive: an array of objects with file, reference, canonical, outcome and reason.</summary>
public static class PackageContents
{
    public static byte[] Write(IReadOnlyList<InstallLine> lines)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options))
        {
            writer.WriteStartArray();
            foreach (var line in lines)
            {
                writer.WriteStartObject();
                writer.WriteString("file"u8, line.File);
                if (line.Reference is { } reference) writer.WriteString("reference"u8, reference);
                if (line.Canonical is { } canonical) writer.WriteString("canonical"u8, canonical);
                writer.WriteString("outcome"u8, line.Outcome);
                if (line.Reason is { } reason) writer.WriteString("reason"u8, reason);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return stream.ToArray();
    }

    public static IReadOnlyList<InstallLine> Read(ReadOnlyMemory<byte> contents)
    {
        using var json = JsonDocument.Parse(contents);
        return [.. json.RootElement.EnumerateArray().Select(each => new InstallLine(Text(each, "file")!, Text(each, "reference"), Text(each, "canonical"), Text(each, "outcome")!, Text(each, "reason")))];
    }

    private static string? Text(JsonElement element, string property) => element.TryGetProperty(property, out var value) ? value.GetString() : null;
}
