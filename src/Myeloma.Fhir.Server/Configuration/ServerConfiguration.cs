namespace Myeloma.Fhir.Server.Configuration;

/// <summary>Where settings come from: the environment, else appsettings.json, else what is written here.</summary>
internal static class ServerConfiguration
{
    /// <summary>The folder of appsettings.json: the working directory when it has one, else the executable's.</summary>
    public static string Folder { get; } =
        File.Exists(Path.Combine(Environment.CurrentDirectory, "appsettings.json")) ? Environment.CurrentDirectory : AppContext.BaseDirectory;

    public static IConfigurationRoot Read() => new ConfigurationBuilder()
        .AddInMemoryCollection([new("Urls", "http://localhost:8080")])
        .SetBasePath(Folder)
        .AddJsonFile("appsettings.json", optional: true)
        .AddEnvironmentVariables()
        .Build();
}
