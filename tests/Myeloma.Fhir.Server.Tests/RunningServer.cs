using System.Net.Http.Headers;
using System.Text;
using Myeloma.Fhir.Server.Commands;
using Myeloma.Fhir.Server.Startup;
using Myeloma.Fhir.TestSupport;
using Xunit;

namespace Myeloma.Fhir.Server.Tests;

/// <summary>The server as it is shipped, on a free port and with a database of its own; shared by the tests of a class.</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private TestDatabase? database;
    private FhirServer? server;

    public HttpClient Client { get; private set; } = new();

    public string BaseUrl { get; private set; } = "";

    public string ConnectionString => database!.ConnectionString;

    /// <summary>A server with settings of its own; to be disposed by the caller.</summary>
    public static async Task<RunningServer> StartAsync(params (string Name, string Value)[] settings)
    {
        var running = new RunningServer();
        await running.StartServerAsync(settings);
        return running;
    }

    /// <summary>A second server on the same database; to be disposed by the caller.</summary>
    public async Task<RunningServer> AnotherAsync(params (string Name, string Value)[] settings) => Around(await StartOnAsync(database!.ConnectionString, settings));

    /// <summary>Puts the database into a state that no server leaves it in.</summary>
    public Task ExecuteAsync(string text) => database!.ExecuteAsync(text);

    /// <summary>Stops the server as a signal would; its database stays.</summary>
    public async Task StopAsync()
    {
        await server!.DisposeAsync();
        server = null;
    }

    /// <summary>Servers that start at the same moment on one new, empty database, with the seed documents; to be disposed by the caller, the first one last.</summary>
    public static async Task<RunningServer[]> StartAtOnceAsync(int count)
    {
        var database = await (await PostgresServer.GetAsync()).CreateDatabaseAsync();
        var servers = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => StartOnAsync(database.ConnectionString, [("Fhir:LoadSeeds", "true")])));
        RunningServer[] running = [.. servers.Select(Around)];
        running[0].database = database;
        return running;
    }

    /// <summary>Ends the server; the database stays.</summary>
    public async Task StopServerAsync()
    {
        if (server is not null) await server.DisposeAsync();
        server = null;
    }

    /// <summary>Starts it again, at another address.</summary>
    public async Task StartAgainAsync(params (string Name, string Value)[] settings)
    {
        server = await StartOnAsync(database!.ConnectionString, settings);
        BaseUrl = server.Urls.Single() + "/fhir";
    }

    public Task InitializeAsync() => StartServerAsync([]);

    public async Task DisposeAsync()
    {
        Client.Dispose();
        if (server is not null) await server.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
    }

    /// <param name="path">Below the base URL, or a whole URL.</param>
    public async Task<Answer> SendAsync(string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path.StartsWith("http://", StringComparison.Ordinal) ? path : BaseUrl + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/fhir+json");
        }

        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type") request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            else if (name.StartsWith("Content-", StringComparison.Ordinal)) request.Content!.Headers.TryAddWithoutValidation(name, value);
            else request.Headers.TryAddWithoutValidation(name, value);
        }

        // Tests read the answer as JSON unless they ask for another format.
        if (!request.Headers.Contains("Accept") && request.Content?.Headers.ContentType?.MediaType?.EndsWith("xml", StringComparison.Ordinal) == true)
            request.Headers.TryAddWithoutValidation("Accept", "application/fhir+json");

        using var response = await Client.SendAsync(request);
        return await Answer.ReadAsync(response);
    }

    public Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync("GET", path, null, headers);

    /// <summary>Puts a resource and insists that it worked.</summary>
    public async Task PutAsync(string resource)
    {
        using var json = System.Text.Json.JsonDocument.Parse(resource);
        var root = json.RootElement;
        var answer = await SendAsync("PUT", $"/{root.GetProperty("resourceType").GetString()}/{root.GetProperty("id").GetString()}", resource);
        Assert.True(answer.Status is 200 or 201, answer.Body);
    }

    private static RunningServer Around(FhirServer server) => new()
    {
        server = server,
        BaseUrl = server.Urls.Single() + "/fhir",
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }),
    };

    private async Task StartServerAsync((string Name, string Value)[] settings)
    {
        var postgres = await PostgresServer.GetAsync();
        var template = await postgres.TemplateAsync("rest", FillAsync);
        database = await postgres.CreateDatabaseAsync(template);
        server = await StartOnAsync(database.ConnectionString, settings);
        BaseUrl = server.Urls.Single() + "/fhir";
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
    }

    /// <summary>Migrations and the package are the same for every test, so they are done once.</summary>
    private static async Task FillAsync(string connectionString) => await (await StartOnAsync(connectionString, [])).DisposeAsync();

    private static async Task<FhirServer> StartOnAsync(string connectionString, (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string?>
        {
            ["ConnectionStrings:Fhir"] = connectionString,
            ["Fhir:LoadSeeds"] = "false",
            ["Logging:LogLevel:Default"] = "Warning",
        };
        foreach (var (name, value) in settings) all[name] = value;
        var server = FhirServer.Build(new ServeArguments("http://127.0.0.1:0", null), all);
        await server.StartAsync(CancellationToken.None);
        await server.Ready;
        return server;
    }
}
