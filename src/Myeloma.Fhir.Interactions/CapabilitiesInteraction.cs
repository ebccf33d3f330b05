using Myeloma.Fhir.Interactions.Capabilities;
using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Requests;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Search.Parameters;

namespace Myeloma.Fhir.Interactions;

/// <summary>The capabilities interaction: what this server does, made of what is there.</summary>
/// <remarks>https://hl7.org/fhir/R4/http.html#capabilities</remarks>
/// <param name="deletesSeveral">Whether a conditional delete may take away several resources.</param>
public sealed class CapabilitiesInteraction(CurrentSearchParameters searchParameters, IReadOnlyList<OperationDefinition> operations, bool deletesSeveral, TimeProvider time)
{
    /// <summary>One server may be reached under several names; more than these few are made anew each time.</summary>
    private const int MaxCached = 8;

    private readonly DateTimeOffset started = time.GetUtcNow();
    private volatile Cache? cache;

    /// <returns>200 with a CapabilityStatement, the same bytes until the search parameters change.</returns>
    public FhirResponse Handle(InteractionContext context)
    {
        var registry = searchParameters.Registry;
        var current = cache;
        if (current is null || !ReferenceEquals(current.Registry, registry))
        {
            var date = current is null ? started : time.GetUtcNow();
            cache = current = new Cache(registry, operations, deletesSeveral, date);
        }

        return FhirResponse.Ok(new ResourceContent("CapabilityStatement", current.For(context.BaseUrl)));
    }

    private sealed class Cache(SearchParameterRegistry registry, IReadOnlyList<OperationDefinition> operations, bool deletesSeveral, DateTimeOffset date)
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, byte[]> byBaseUrl = new(StringComparer.Ordinal);

        public SearchParameterRegistry Registry => registry;

        public byte[] For(string baseUrl)
        {
            if (byBaseUrl.TryGetValue(baseUrl, out var json)) return json;
            json = CapabilityStatementWriter.Write(registry, operations, deletesSeveral, baseUrl, date);
            if (byBaseUrl.Count < MaxCached) byBaseUrl.TryAdd(baseUrl, json);
            return json;
        }
    }
}
