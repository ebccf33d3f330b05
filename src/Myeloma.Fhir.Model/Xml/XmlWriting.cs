using System.Buffers;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;

namespace Myeloma.Fhir.Model.Xml;

/// <summary>A resource as FHIR XML. https://hl7.org/fhir/R4/xml.html</summary>
/// <remarks>
/// UTF-8 with declaration; elements in the order of the specification, whatever the order of the JSON; values as written; the narrative in one written form
/// (double quotes, character references as characters), since its text may come from anywhere.
/// </remarks>
public static class XmlWriting
{
    /// <param name="pretty">A line each and two spaces a level outside the narrative; without it, one line.</param>
    /// <returns>The document; the last line has no end.</returns>
    /// <exception cref="FhirException">
    /// <c>structure</c>: properties the type lacks, or in a shape XML has no form for; <c>value</c>: a character that XML can't hold, a narrative that is not
    /// well-formed. All of them, with expression and the place in the JSON.
    /// </exception>
    public static byte[] ToXml(ResourceDocument document, bool pretty = false) => Made(document, pretty).ToArray();

    /// <summary>As <see cref="ToXml"/>, into a writer, which gets nothing when the document is refused.</summary>
    /// <inheritdoc cref="ToXml"/>
    public static void Write(ResourceDocument document, IBufferWriter<byte> target, bool pretty = false) => target.Write(Made(document, pretty).Written);

    /// <summary>As <see cref="ToXml"/>, into a stream, which gets nothing when the document is refused.</summary>
    /// <inheritdoc cref="ToXml"/>
    public static void Write(ResourceDocument document, Stream target, bool pretty = false) => target.Write(Made(document, pretty).Written);

    private static ByteBuffer Made(ResourceDocument document, bool pretty)
    {
        var output = new ByteBuffer(document.Bytes.Length + (document.Bytes.Length / 2));
        new JsonToXml(document, output, pretty).Document();
        return output;
    }
}
