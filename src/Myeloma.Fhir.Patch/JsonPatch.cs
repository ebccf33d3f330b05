using System.Runtime.InteropServices;
using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Patch.Json;

namespace Myeloma.Fhir.Patch;

/// <summary>JSON Patch: a list of operations on the JSON of a resource. https://www.rfc-editor.org/rfc/rfc6902, https://hl7.org/fhir/R4/http.html#patch</summary>
/// <remarks>Operations are done in order, all or none. What they do not touch stays byte for byte.</remarks>
public static class JsonPatch
{
    /// <summary>Applies a patch to a resource.</summary>
    /// <inheritdoc cref="Apply(ReadOnlyMemory{byte}, ReadOnlyMemory{byte}, PatchLimits?)"/>
    public static byte[] Apply(ResourceDocument resource, ReadOnlyMemory<byte> patch, PatchLimits? limits = null) => Apply(resource.Bytes, patch, limits);

    /// <summary>Applies a patch to any JSON document.</summary>
    /// <param name="json">Sound JSON.</param>
    /// <param name="patch">A JSON array of operations.</param>
    /// <returns>
    /// The new JSON. Arrays and objects that the patch took the last member from are gone with it, since FHIR has no empty ones; until the end of the patch they
    /// are there to be added to.
    /// </returns>
    /// <exception cref="FhirException">
    /// <c>structure</c>: the patch is no JSON; <c>invalid</c>: an operation is malformed; <c>business-rule</c> (message id <c>patch-not-applicable</c>): its place is not
    /// there, or a test fails; <c>too-costly</c>, <c>too-long</c>: past a limit. The text names the operation (<c>patch[3]</c>) and its pointer.
    /// </exception>
    public static byte[] Apply(ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> patch, PatchLimits? limits = null)
    {
        limits ??= PatchLimits.Default;
        using var operations = Read(patch, limits);
        var target = new JsonPatchTarget(new JsonPart(Trimmed(json)), limits);
        var index = 0;
        foreach (var element in operations.RootElement.EnumerateArray())
        {
            try
            {
                target.Apply(JsonPatchOperation.Read(element, index++, limits));
            }
            catch (InvalidOperationException)
            {
                // The reader's way to say that a string can't be decoded.
                throw PatchFault.Malformed($"patch[{index - 1}]", "a string holds half of a surrogate pair; it stands for no character.");
            }
        }

        return target.Finish();
    }

    private static JsonDocument Read(ReadOnlyMemory<byte> patch, PatchLimits limits)
    {
        if (patch.Length == 0) throw new FhirException(Issue.Structure("The request has no body; a JSON Patch, an array of operations, was expected."));
        PatchFault.CheckSize(patch.Length, limits);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(patch, new JsonDocumentOptions { MaxDepth = limits.Parse.MaxDepth + 2, AllowDuplicateProperties = false });
        }
        catch (JsonException fault)
        {
            // Where a name stands twice the reader does not say.
            if (fault is not { LineNumber: { } line, BytePositionInLine: { } column })
                throw new FhirException(Issue.Structure("An object of the patch names a property twice; which of the values counts can't be known."));
            throw new FhirException(Issue.Structure($"The patch is not JSON here. (line {line + 1}, column {column + 1})", null, (int)line + 1, (int)column + 1));
        }

        if (document.RootElement.ValueKind == JsonValueKind.Array)
        {
            PatchFault.CheckCount(document.RootElement.GetArrayLength(), limits);
            return document;
        }

        document.Dispose();
        throw new FhirException(Issue.Structure("A JSON Patch is an array of operations, each with 'op' and 'path'.", null, 1, 1));
    }

    private static ReadOnlyMemory<byte> Trimmed(ReadOnlyMemory<byte> json) => MemoryExtensions.Trim(json, " \t\r\n"u8);
}
