using System.Net;
using Hl7.Fhir.Model;
using Hl7.Fhir.Rest;
using Hl7.Fhir.Serialization;
using Myeloma.Fhir.Server.Tests;
using Xunit;

namespace Myeloma.Fhir.Firely.Tests;

/// <summary>Clients of the SDK, with its strict parser: what it objects to in an answer fails the test.</summary>
internal static class SdkClient
{
    /// <summary>Both formats, for theories.</summary>
    public static TheoryData<ResourceFormat> Formats => [ResourceFormat.Json, ResourceFormat.Xml];

    public static FhirClient For(RunningServer server, ResourceFormat format) => new(new Uri(server.BaseUrl), new FhirClientSettings
    {
        PreferredFormat = format,
        ReturnPreference = ReturnPreference.Representation,
        SerializationEngine = FhirSerializationEngineFactory.Strict(ModelInfo.ModelInspector),
    });

    /// <summary>Insists that the server refuses, with a status and one issue.</summary>
    /// <returns>The diagnostics of the issue.</returns>
    public static async System.Threading.Tasks.Task<string?> RefusedAsync(HttpStatusCode status, Func<System.Threading.Tasks.Task> request)
    {
        var refusal = await Assert.ThrowsAsync<FhirOperationException>(request);
        Assert.Equal(status, refusal.Status);
        return Assert.Single(refusal.Outcome!.Issue).Diagnostics;
    }
}
