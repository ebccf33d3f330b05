using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Json;
using Myeloma.Fhir.Model.Ndjson;
using Myeloma.Fhir.Model.Xml;
using Myeloma.Fhir.Validation;

namespace Myeloma.Fhir.Server.Validating;

/// <summary>Reads an input and checks what it holds.</summary>
internal sealed class InputValidation(Validator validator, ValidationOptions options, HttpClient http)
{
    private static readonly ParseLimits Limits = ParseLimits.Default;

    /// <summary>Checks every resource of an input.</summary>
    /// <returns>One for a resource, in order; none for a file of a folder that holds no resource. What can't be read is an issue of the result.</returns>
    /// <exception cref="HttpRequestException">The server of a URL is out of reach or answers with a fault.</exception>
    public async Task<IReadOnlyList<ValidatedResource>> ValidateAsync(ResourceInput input, CancellationToken cancellationToken)
    {
        try
        {
            return input switch
            {
                ResourceInput.FromFile file when HasExtension(file.Path, ".ndjson") => await LinesAsync(file.Name, File.OpenRead(file.Path), cancellationToken),
                ResourceInput.FromFile file => One(file.Name, await ReadAsync(file.Path, cancellationToken), HasExtension(file.Path, ".xml"), file.IsNamed, cancellationToken),
                ResourceInput.FromUrl url => await FetchAsync(url, cancellationToken),
                _ => One(input.Name, await StandardInputAsync(cancellationToken), null, isNamed: true, cancellationToken),
            };
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return [new ValidatedResource(input.Name, [new Issue(IssueSeverity.Fatal, IssueType.Exception, $"It can't be read: {fault.Message}")])];
        }
        catch (FhirException fault)
        {
            return [new ValidatedResource(input.Name, fault.Issues)];
        }
    }

    private static bool HasExtension(string path, string extension) => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase);

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        RefuseLong(new FileInfo(path).Length);
        return await File.ReadAllBytesAsync(path, cancellationToken);
    }

    private async Task<IReadOnlyList<ValidatedResource>> FetchAsync(ResourceInput.FromUrl input, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, input.Url);
        request.Headers.Accept.ParseAdd("application/fhir+json, application/fhir+xml;q=0.9, application/json;q=0.8, */*;q=0.1");
        using var response = await http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException($"{input.Name} answers {(int)response.StatusCode} {response.ReasonPhrase}.", null, response.StatusCode);
        var isXml = response.Content.Headers.ContentType?.MediaType?.EndsWith("xml", StringComparison.OrdinalIgnoreCase) == true;
        return One(input.Name, await response.Content.ReadAsByteArrayAsync(cancellationToken), isXml, isNamed: true, cancellationToken);
    }

    private static async Task<ReadOnlyMemory<byte>> StandardInputAsync(CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await using var input = Console.OpenStandardInput();
        await input.CopyToAsync(bytes, cancellationToken);
        RefuseLong(bytes.Length);
        return bytes.ToArray();
    }

    private async Task<IReadOnlyList<ValidatedResource>> LinesAsync(string name, FileStream stream, CancellationToken cancellationToken)
    {
        await using (stream)
        {
            var resources = new List<ValidatedResource>();
            await foreach (var line in NdjsonReading.ReadAsync(stream, Limits.MaxBytes, cancellationToken))
            {
                var found = Json(line.Json, cancellationToken);
                resources.Add(new ValidatedResource($"{name}:{line.Number}", found));
            }

            return resources;
        }
    }

    /// <param name="isXml">Null: the first character tells.</param>
    private IReadOnlyList<ValidatedResource> One(string name, ReadOnlyMemory<byte> bytes, bool? isXml, bool isNamed, CancellationToken cancellationToken)
    {
        var xml = isXml ?? bytes.Span.TrimStart(" \t\r\n\uFEFF"u8).StartsWith("<"u8);
        if (!isNamed && !(xml ? IsResourceXml(bytes.Span) : ResourceHeader.Find(bytes.Span) is not null)) return [];
        return [new ValidatedResource(name, xml ? Xml(bytes, cancellationToken) : Json(bytes, cancellationToken))];
    }

    /// <summary>Whether the text mentions FHIR's namespace where a root element has it.</summary>
    private static bool IsResourceXml(ReadOnlySpan<byte> xml) => xml[..Math.Min(xml.Length, 4096)].IndexOf("http://hl7.org/fhir\""u8) >= 0 || xml[..Math.Min(xml.Length, 4096)].IndexOf("http://hl7.org/fhir'"u8) >= 0;

    private IReadOnlyList<Issue> Json(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        try
        {
            return validator.Validate(ResourceDocument.Parse(json, limits: Limits), options with { CancellationToken = cancellationToken });
        }
        catch (FhirException fault)
        {
            return fault.Issues;
        }
    }

    private IReadOnlyList<Issue> Xml(ReadOnlyMemory<byte> xml, CancellationToken cancellationToken)
    {
        try
        {
            var conversion = XmlReading.ReadWhatFits(xml, Limits);
            return conversion.InSource(Json(conversion.Json, cancellationToken));
        }
        catch (FhirException fault)
        {
            return fault.Issues;
        }
    }

    private static void RefuseLong(long length)
    {
        if (length > Limits.MaxBytes) throw new FhirException(Issue.TooLong(FormattableString.Invariant($"It has {length:N0} bytes, more than the {Limits.MaxBytes:N0} that are read.")));
    }
}
