using Xunit;

namespace Myeloma.Fhir.Server.Tests;

/// <summary>The server as it is shipped, with what the seed documents give; shared by the tests of a class.</summary>
public sealed class SeededServer : IAsyncLifetime
{
    public RunningServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await RunningServer.StartAsync(("Fhir:LoadSeeds", "true"));

    public Task DisposeAsync() => Server.DisposeAsync();
}
