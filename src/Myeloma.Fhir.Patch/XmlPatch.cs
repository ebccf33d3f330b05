using System.Diagnostics;
using System.Text;
using System.Xml;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Xml;
using Myeloma.Fhir.Patch.Xml;

namespace Myeloma.Fhir.Patch;

/// <summary>XML Patch: operations on the XML of a resource. https://www.rfc-editor.org/rfc/rfc5261, https://hl7.org/fhir/R4/http.html#patch</summary>
/// <remarks>
/// A patch is a <c>diff</c> with <c>add</c>, <c>replace</c> and <c>remove</c>, or one of these alone. Operations are done in order, all or none.
/// </remarks>
public static class XmlPatch
{
    /// <summary>Applies a patch to a resource.</summary>
    /// <returns>The new resource as JSON, its properties in the order of the specification; decimals keep their digits.</returns>
    /// <exception cref="FhirException">
    /// As <see cref="Apply(ReadOnlyMemory{byte}, ReadOnlyMemory{byte}, PatchLimits?)"/>; and those of <see cref="XmlReading"/> when the patched XML is no FHIR XML,
    /// without lines, since nobody has seen that XML.
    /// </exception>
    public static byte[] Apply(ResourceDocument resource, ReadOnlyMemory<byte> patch, PatchLimits? limits = null)
    {
        limits ??= PatchLimits.Default;
        var patched = Apply(XmlWriting.ToXml(resource), patch, limits);
        try
        {
            return XmlReading.ToJson(patched, limits.Parse, resource.Schema);
        }
        catch (FhirException fault)
        {
            throw new FhirException([.. fault.Issues.Select(issue => issue with
            {
                Diagnostics = $"After the patch the XML is not that of a resource: {issue.Diagnostics}", Line = 0, Column = 0,
            })]);
        }
    }

    /// <summary>Applies a patch to any XML document.</summary>
    /// <returns>The new document in UTF-8.</returns>
    /// <exception cref="FhirException">
    /// <c>structure</c>: the patch is not well-formed XML, or has a document type; <c>invalid</c>: an operation is malformed; <c>business-rule</c> (message id
    /// <c>patch-not-applicable</c>): it selects nothing or too much; <c>too-costly</c>, <c>too-long</c>: past a limit. The text names the operation (<c>patch[3]</c>).
    /// </exception>
    public static byte[] Apply(ReadOnlyMemory<byte> xml, ReadOnlyMemory<byte> patch, PatchLimits? limits = null)
    {
        limits ??= PatchLimits.Default;
        if (patch.Length == 0) throw new FhirException(Issue.Structure("The request has no body; an XML Patch was expected."));
        var target = PatchXml.Load(xml, limits);
        var operations = OperationsOf(PatchXml.Load(patch, limits).DocumentElement!);
        PatchFault.CheckCount(operations.Count, limits);
        var started = Stopwatch.GetTimestamp();
        for (var index = 0; index < operations.Count; index++)
        {
            if (Stopwatch.GetElapsedTime(started) > limits.MaxTime) throw PatchFault.TooSlow(limits);
            new XmlPatchStep(target, operations[index], index, limits).Apply();
        }

        var patched = Encoding.UTF8.GetBytes(target.OuterXml);
        PatchFault.CheckSize(patched.Length, limits);
        return patched;
    }

    private static List<XmlElement> OperationsOf(XmlElement root)
    {
        if (root.LocalName is "add" or "replace" or "remove") return [root];
        if (root.LocalName != "diff")
            throw new FhirException(Issue.Structure($"An XML Patch is a 'diff' with add, replace and remove, not '{PatchFault.Shortened(root.LocalName)}'.", null, 1, 1));
        var operations = new List<XmlElement>();
        foreach (XmlNode child in root.ChildNodes)
        {
            if (child is XmlElement element) operations.Add(element);
            else if (child is XmlText or XmlCDataSection)
                throw new FhirException(Issue.Structure("A 'diff' holds operations only, no text."));
        }

        return operations;
    }
}
