using Myeloma.Fhir.Interactions.Operations;
using Myeloma.Fhir.Interactions.Responses;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Packages;

/// <summary><c>$install</c>: a FHIR package into the database, sent, or found by its name.</summary>
/// <remarks>No operation of R4; where others offer one, it takes the archive as <c>npmContent</c>, too. https://hl7.org/fhir/packages.html</remarks>
public sealed class InstallOperation(PackageInstallation installation) : IOperation
{
    /// <summary>The types that an archive is sent as.</summary>
    public static readonly IReadOnlyList<string> MediaTypes = ["application/gzip", "application/x-gzip", "application/tar+gzip", "application/x-compressed-tar", "application/octet-stream"];

    private static readonly string[] Flags = ["dryRun", "examples", "drafts", "dependencies", "validate", "skipRefused"];

    public OperationDefinition Definition { get; } = new()
    {
        Name = "$install",
        Url = "http://myeloma-fhir.org/fhir/OperationDefinition/install",
        Levels = OperationLevels.System | OperationLevels.Type,
        ResourceTypes = ["ImplementationGuide"],
        AffectsState = true,
        Parameters = [new("npmContent", "base64Binary"), new("name", "string"), new("version", "string"), .. Flags.Select(flag => new OperationParameter(flag, "boolean"))],
    };

    /// <returns>200 with Parameters: <see cref="InstallContent"/>.</returns>
    /// <exception cref="FhirException"><c>required</c>: neither an archive nor a name; <c>invalid</c>: both; what <see cref="PackageArchive.Read"/> and <see cref="PackageInstallation"/> name.</exception>
    public async Task<FhirResponse> HandleAsync(OperationRequest request, CancellationToken cancellationToken)
    {
        var (content, name) = (request.Text("npmContent"), request.Text("name"));
        if ((content is null) == (name is null))
        {
            throw new FhirException(content is null
                ? Issue.Required("There is nothing to install: send a package as the body (application/gzip) or as 'npmContent', or name one by 'name' and 'version'.")
                : Issue.Invalid("Send a package as 'npmContent' or name one by 'name'; both is one too many."));
        }

        var choices = ChoicesOf(flag => request.Boolean(flag));
        return FhirResponse.Ok(new InstallContent(name is not null
            ? await installation.RunAsync(name, request.Text("version"), choices, cancellationToken)
            : await installation.RunAsync(PackageArchive.Read(Decoded(content!), installation.Limits), choices, cancellationToken)));
    }

    /// <summary>Installs an archive that is the body itself.</summary>
    /// <param name="flags">Of the URL: the choices, each <c>true</c> or <c>false</c>.</param>
    /// <exception cref="FhirException"><c>invalid</c>: a parameter that is none of the choices, or not true or false; as above.</exception>
    public async Task<FhirResponse> HandleAsync(ReadOnlyMemory<byte> archive, IReadOnlyList<KeyValuePair<string, string>> flags, CancellationToken cancellationToken)
    {
        if (archive.Length == 0) throw new FhirException(Issue.Structure("The request has no body; a package (a gzip'd tar archive) was expected."));
        var faults = new List<Issue>();
        foreach (var (flag, value) in flags)
        {
            if (!Flags.Contains(flag)) faults.Add(Issue.Invalid($"Beside an archive as the body the parameters are {string.Join(", ", Flags)}, not '{flag}'.", $"http.{flag}"));
            else if (value is not ("true" or "false")) faults.Add(Issue.Invalid($"The parameter '{flag}' is true or false, not '{value}'.", $"http.{flag}"));
        }

        if (faults.Count > 0) throw new FhirException(faults);
        var choices = ChoicesOf(flag => flags.LastOrDefault(each => each.Key == flag).Value is { } value ? value == "true" : null);
        return FhirResponse.Ok(new InstallContent(await installation.RunAsync(PackageArchive.Read(archive, installation.Limits), choices, cancellationToken)));
    }

    private static InstallChoices ChoicesOf(Func<string, bool?> flag)
    {
        var preset = new InstallChoices();
        return new InstallChoices(
            flag("dryRun") ?? preset.IsDryRun, flag("examples") ?? preset.Examples, flag("drafts") ?? preset.Drafts, flag("dependencies") ?? preset.Dependencies, flag("validate") ?? preset.Validate,
            flag("skipRefused") ?? preset.SkipRefused);
    }

    private static byte[] Decoded(string content)
    {
        try
        {
            return Convert.FromBase64String(content);
        }
        catch (FormatException)
        {
            throw new FhirException(Issue.Value("The parameter 'npmContent' is not Base64."));
        }
    }
}
