using System.CommandLine;

namespace Myeloma.Fhir.Server.Commands;

/// <summary>The options of <c>serve</c>; each beats the setting of the same meaning.</summary>
internal sealed class ServeOptions
{
    private readonly Option<string?> urls = new("--urls")
    {
        Description = "Addresses to listen on, separated by semicolons; default http://localhost:8080.",
        HelpName = "URLS",
    };

    private readonly Option<string?> data = new("--data")
    {
        Description = "Folder of the private PostgreSQL cluster; default: the user's local data folder. Unused when ConnectionStrings__Fhir is set.",
        HelpName = "FOLDER",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(urls);
        command.Options.Add(data);
    }

    public ServeArguments Of(ParseResult parsed) => new(parsed.GetValue(urls), parsed.GetValue(data));
}

/// <summary>What the command line says about serving; null where it is silent.</summary>
internal sealed record ServeArguments(string? Urls, string? DataFolder);
