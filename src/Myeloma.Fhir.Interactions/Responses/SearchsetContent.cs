using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Responses;

/// <summary>A page of a search as a Bundle of type searchset; the resources go out with the bytes they were stored in.</summary>
/// <remarks>https://hl7.org/fhir/R4/bundle.html#searchset</remarks>
internal sealed class SearchsetContent(BoundSearch search, SearchPage page, InteractionContext context) : ResponseContent
{
    private readonly ResourceView? view = ResourceView.Of(search);

    public override string ResourceType => "Bundle";

    public override void WriteTo(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Bundle"u8);
        writer.WriteString("type"u8, "searchset"u8);
        if (page.Total is { } total) writer.WriteNumber("total"u8, total);
        WriteLinks(writer);
        if (!search.CountOnly) WriteEntries(writer);
        writer.WriteEndObject();
    }

    private void WriteLinks(Utf8JsonWriter writer)
    {
        var address = search.ResourceType is null ? context.BaseUrl : $"{context.BaseUrl}/{search.ResourceType}";
        writer.WriteStartArray("link"u8);
        BundleWriting.WriteLink(writer, "self", BundleWriting.Url(address, search.SelfParameters, search.Cursor));
        if (search.Cursor is not null) BundleWriting.WriteLink(writer, "first", BundleWriting.Url(address, search.SelfParameters));
        if (page.PreviousCursor is { } before) BundleWriting.WriteLink(writer, "previous", BundleWriting.Url(address, search.SelfParameters, before));
        if (page.NextCursor is { } cursor) BundleWriting.WriteLink(writer, "next", BundleWriting.Url(address, search.SelfParameters, cursor));
        writer.WriteEndArray();
    }

    private void WriteEntries(Utf8JsonWriter writer)
    {
        var remarks = Remarks();
        if (page.Matches.Count + page.Includes.Count + remarks.Count == 0) return;

        writer.WriteStartArray("entry"u8);
        for (var at = 0; at < page.Matches.Count; at++) WriteEntry(writer, page.Matches[at], "match", page.Scores?[at]);
        foreach (var included in page.Includes) WriteEntry(writer, included, "include");
        if (remarks.Count > 0)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("resource"u8);
            OperationOutcome.Write(writer, remarks);
            WriteMode(writer, "outcome");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private IReadOnlyList<Issue> Remarks() => !page.IncludesTruncated
        ? search.Issues
        :
        [
            .. search.Issues,
            Issue.Warning(IssueType.Incomplete, FormattableString.Invariant($"More resources would be included than the {page.Includes.Count:N0} that one page may hold; ask for fewer matches with _count.")),
        ];

    private void WriteEntry(Utf8JsonWriter writer, ResourceVersion version, string mode, decimal? score = null)
    {
        writer.WriteStartObject();

        // What is contained is named by its container: Type/id#fragment.
        writer.WriteString("fullUrl"u8, version.Key.Id.Contains('#', StringComparison.Ordinal) ? $"{context.BaseUrl}/{version.Key.Id}" : context.FullUrl(version.Key.Type, version.Key.Id));
        writer.WritePropertyName("resource"u8);
        writer.WriteRawValue(view is null ? version.Body.Span : view.Apply(version.Body), skipInputValidation: true);
        WriteMode(writer, mode, score);
        writer.WriteEndObject();
    }

    private static void WriteMode(Utf8JsonWriter writer, string mode, decimal? score = null)
    {
        writer.WriteStartObject("search"u8);
        writer.WriteString("mode"u8, mode);
        if (score is { } found) writer.WriteNumber("score"u8, found);
        writer.WriteEndObject();
    }
}
