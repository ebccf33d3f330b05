using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Store.Bulk;

namespace Myeloma.Fhir.Interactions.Bulk;

/// <summary>What a bulk job answers: where its files are. https://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---output-manifest</summary>
internal static class BulkManifest
{
    /// <summary>The guide has the manifest in JSON only, which is no resource.</summary>
    public const string MediaType = "application/json";

    /// <param name="files">Of the job; those without lines are left out.</param>
    public static byte[] OfExport(ExportRequest request, DateTimeOffset transactionTime, IReadOnlyList<BulkFile> files) => Written(writer =>
    {
        Head(writer, transactionTime, request.RequestUrl);
        List(writer, "output", files.Where(file => file is { Role: BulkRole.Output, Lines: > 0 }), file => WriteFile(writer, file, file.ResourceType!, request.BaseUrl));
        List(writer, "deleted", files.Where(file => file is { Role: BulkRole.Deleted, Lines: > 0 }), file => WriteFile(writer, file, "Bundle", request.BaseUrl));
        List<BulkFile>(writer, "error", [], _ => { });
    });

    /// <summary>The lines that were stored, by input and type, and the errors, by input; as other servers answer an import of this form.</summary>
    public static byte[] OfImport(ImportRequest request, DateTimeOffset finished, IReadOnlyList<BulkFile> files) => Written(writer =>
    {
        Head(writer, finished, request.RequestUrl);
        var counts = files.Where(file => file.Role == BulkRole.Input).SelectMany(file => ImportCounts.Read(file.Note).ByType.Select(count => (File: file, Type: count.Key, Count: count.Value)));
        List(writer, "output", counts, count =>
        {
            writer.WriteString("type"u8, count.Type);
            writer.WriteString("inputUrl"u8, count.File.Source);
            writer.WriteNumber("count"u8, count.Count);
        });
        List(writer, "error", files.Where(file => file is { Role: BulkRole.Error, Lines: > 0 }), file =>
        {
            WriteFile(writer, file, "OperationOutcome", request.BaseUrl);
            writer.WriteString("inputUrl"u8, file.Source);
        });
    });

    private static byte[] Written(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(output, JsonWriting.Options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return output.WrittenSpan.ToArray();
    }

    private static void Head(Utf8JsonWriter writer, DateTimeOffset time, string request)
    {
        writer.WriteString("transactionTime"u8, BundleWriting.Instant(time));
        writer.WriteString("request"u8, request);
        writer.WriteBoolean("requiresAccessToken"u8, false);
    }

    private static void WriteFile(Utf8JsonWriter writer, BulkFile file, string type, string baseUrl)
    {
        writer.WriteString("type"u8, type);
        writer.WriteString("url"u8, BulkPlace.Url(baseUrl, file));
        writer.WriteNumber("count"u8, file.Lines);
    }

    private static void List<T>(Utf8JsonWriter writer, string name, IEnumerable<T> items, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            write(item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
