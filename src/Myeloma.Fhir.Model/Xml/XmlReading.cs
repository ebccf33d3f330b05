using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Model.Xml;

/// <summary>FHIR XML to FHIR JSON, led by the schema. https://hl7.org/fhir/R4/xml.html</summary>
/// <remarks>
/// Nothing is lost but what FHIR gives no meaning: comments and processing instructions outside the narrative, white space between elements, schema locations.
/// What only JSON can't hold is refused here (unknown elements, attributes and namespaces, order, repetition, text); the rest is for
/// <see cref="StructuralCheck"/> on the result, whose issues <see cref="XmlConversion.InSource"/> takes back to the lines of the XML.
/// </remarks>
public static class XmlReading
{
    /// <returns>One line of UTF-8 JSON, properties in the order of the specification, decimals with the digits they were written with.</returns>
    /// <inheritdoc cref="Read"/>
    public static byte[] ToJson(ReadOnlyMemory<byte> xml, ParseLimits? limits = null, R4Schema? schema = null) => Read(xml, limits, schema).Json;

    /// <summary>As <see cref="ToJson"/>, with the places in the XML for the issues of later checks.</summary>
    /// <param name="xml">UTF-8, or UTF-16 by byte order mark or declaration.</param>
    /// <param name="limits">Bytes of the XML; depth, values and strings as the JSON will have them.</param>
    /// <exception cref="FhirException">
    /// <c>structure</c> and <c>value</c>: all faults found, each with line, column (bytes of UTF-8) and message id, and an expression once the root is known;
    /// not well-formed XML, a document type or another encoding end the reading. <c>too-long</c>: past a limit; <c>too-costly</c>: past the time.
    /// </exception>
    public static XmlConversion Read(ReadOnlyMemory<byte> xml, ParseLimits? limits = null, R4Schema? schema = null)
    {
        var conversion = ReadWhatFits(xml, limits, schema);
        return conversion.Faults.Count == 0 ? conversion : throw new FhirException(conversion.Faults);
    }

    /// <summary>As <see cref="Read"/>, for a check that has more to say than what is wrong with the XML: what only JSON can't hold is left out and told.</summary>
    /// <returns>With <see cref="XmlConversion.Faults"/> when something was left out; never to be stored then.</returns>
    /// <exception cref="FhirException">Nothing that could be checked further is left; as <see cref="Read"/>.</exception>
    public static XmlConversion ReadWhatFits(ReadOnlyMemory<byte> xml, ParseLimits? limits = null, R4Schema? schema = null)
    {
        limits ??= ParseLimits.Default;
        var source = XmlSource.Open(xml, limits);
        if (AttributeCount.FindExcess(source.Utf8.Span) is >= 0 and var tag)
        {
            var (line, column) = SourcePosition.Of(source.Utf8.Span, tag);
            throw new FhirException(Issue.TooLong($"An element has more than {AttributeCount.Max} attributes. (line {line}, column {column})") with { Line = line, Column = column, MessageId = "too-many-attributes" });
        }

        using var reader = source.Read();
        return new XmlToJson(reader, source, limits, schema ?? R4Schema.Instance).Convert();
    }
}
