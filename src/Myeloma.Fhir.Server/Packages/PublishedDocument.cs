using System.Text.Json;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Packages;

/// <summary>What <c>npm publish</c> sends: the list of one version, with the archive in Base64 among its attachments.</summary>
internal static class PublishedDocument
{
    /// <exception cref="FhirException"><c>structure</c>: not JSON; <c>required</c>: no attachment; <c>invalid</c>: more than one; <c>value</c>: not Base64.</exception>
    public static byte[] ArchiveOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object || !json.RootElement.TryGetProperty("_attachments", out var attachments) || attachments.ValueKind != JsonValueKind.Object)
                throw new FhirException(Issue.Required("The body has no '_attachments' with the archive of the package."));
            var all = attachments.EnumerateObject().ToList();
            if (all is not [{ Value: { ValueKind: JsonValueKind.Object } attachment }] || !attachment.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.String)
                throw new FhirException(Issue.Invalid("The body has to have one attachment with 'data', the archive of the one version that is published."));
            return data.TryGetBytesFromBase64(out var archive) ? archive : throw new FhirException(Issue.Value("The attachment's 'data' is not Base64."));
        }
        catch (JsonException fault)
        {
            throw new FhirException(Issue.Structure($"The body is not JSON: {fault.Message}"));
        }
    }
}
