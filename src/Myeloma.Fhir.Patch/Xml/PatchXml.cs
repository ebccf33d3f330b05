using System.Xml;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Patch.Xml;

/// <summary>XML documents that may be hostile: no document type, no entities, nothing fetched, bounded depth and size.</summary>
internal static class PatchXml
{
    public const string Fhir = "http://hl7.org/fhir";

    /// <exception cref="FhirException"><c>structure</c>: not well-formed, or with a document type; <c>too-long</c>: past a limit.</exception>
    public static XmlDocument Load(ReadOnlyMemory<byte> xml, PatchLimits limits)
    {
        PatchFault.CheckSize(xml.Length, limits);
        try
        {
            // The depth is looked at first: a document is copied by functions that call themselves.
            using (var reader = Reader(xml, limits))
                while (reader.Read())
                    if (reader.Depth > 2 * limits.Parse.MaxDepth)
                        throw new FhirException(Issue.TooLong($"The XML nests deeper than {2 * limits.Parse.MaxDepth} levels."));

            var document = new XmlDocument { XmlResolver = null, PreserveWhitespace = true };
            using var again = Reader(xml, limits);
            document.Load(again);
            return document;
        }
        catch (XmlException fault)
        {
            throw new FhirException(Issue.Structure(
                $"The XML Patch is not well-formed XML, or has a document type, which is not read. (line {fault.LineNumber}, column {fault.LinePosition})",
                null, fault.LineNumber, fault.LinePosition));
        }
    }

    private static XmlReader Reader(ReadOnlyMemory<byte> xml, PatchLimits limits) => XmlReader.Create(new MemoryStream(xml.ToArray(), writable: false), new XmlReaderSettings
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = limits.Parse.MaxBytes,
        IgnoreProcessingInstructions = false,
        CloseInput = true,
    });
}
