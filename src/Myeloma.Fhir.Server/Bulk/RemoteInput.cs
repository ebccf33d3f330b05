using System.Net;
using Myeloma.Fhir.Interactions.Bulk;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Bulk;

/// <summary>Fetches inputs of an import from the places that the settings allow.</summary>
internal static class RemoteInput
{
    // One for the process: connections are shared and kept. Redirects are not followed: they would lead to places that nobody allowed.
    private static readonly HttpClient Client = new(new SocketsHttpHandler { AllowAutoRedirect = false, AutomaticDecompression = DecompressionMethods.All, UseCookies = false })
    {
        Timeout = TimeSpan.FromSeconds(100),
    };

    /// <summary>Opens what a URL leads to.</summary>
    /// <returns>The content, decompressed; to be disposed by the caller.</returns>
    /// <exception cref="FhirException"><c>transient</c>: the place can't be reached, or asks to come later; <c>invalid</c>: it answers with anything but 200.</exception>
    public static async Task<Stream> OpenAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.TryAddWithoutValidation("Accept", $"{BulkPlace.MediaType}, application/ndjson, */*;q=0.1");
            var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode == HttpStatusCode.OK) return await response.Content.ReadAsStreamAsync(cancellationToken);
            using (response) throw new FhirException(FaultOf(address, response.StatusCode));
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new FhirException(Issue.Transient($"{address} can't be reached from this server, or does not answer."));
        }
    }

    private static Issue FaultOf(Uri address, HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError
        ? Issue.Transient($"{address} answers {(int)status}.")
        : Issue.Invalid($"{address} answers {(int)status} instead of 200{((int)status is >= 300 and < 400 ? "; redirects are not followed" : "")}.");
}
