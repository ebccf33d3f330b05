using System.Buffers;
using System.Text.Json;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Search.Criteria;
using Myeloma.Fhir.Store;

namespace Myeloma.Fhir.Interactions.Responses;

/// <summary>How a search is understood and done, as Parameters: <c>search</c> a part for each parameter used, <c>criterion</c>, <c>statement</c>, <c>value</c>, <c>plan</c>.</summary>
internal sealed class ExplanationContent(BoundSearch search, SearchExplanation explanation) : ResponseContent
{
    public override string ResourceType => "Parameters";

    public override void WriteTo(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, JsonWriting.Options);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Parameters"u8);
        writer.WriteStartArray("parameter"u8);
        foreach (var (name, value) in search.SelfParameters) Write(writer, "search", $"{name}={value}");
        foreach (var criterion in search.Criteria) Write(writer, "criterion", CriterionText.Of(criterion));
        Write(writer, "statement", explanation.Statement);
        foreach (var value in explanation.Values) Write(writer, "value", value);
        Write(writer, "plan", string.Join('\n', explanation.Plan));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, string text)
    {
        // FHIR has no empty strings.
        if (text.Length == 0) text = "''";
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("valueString"u8, text);
        writer.WriteEndObject();
    }
}
