using Myeloma.Fhir.Interactions.Packages;

namespace Myeloma.Fhir.Server.Configuration;

/// <summary>What packages may cost, and where they may be fetched.</summary>
/// <param name="Registries">Without trailing slash, asked in their order; empty: no call goes out.</param>
public sealed record PackageSettings(IReadOnlyList<Uri> Registries, PackageLimits Limits)
{
    public static readonly PackageSettings Default = new([], PackageLimits.Default);

    /// <summary>Reads the section <c>Fhir:Packages</c>.</summary>
    internal static PackageSettings Read(IConfigurationSection section)
    {
        var preset = PackageLimits.Default;
        var registries = new List<Uri>();
        foreach (var part in ServerOptions.Parts(section[nameof(Registries)]))
        {
            registries.Add(Uri.TryCreate(part.TrimEnd('/'), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query.Length + url.Fragment.Length + url.UserInfo.Length == 0
                ? url
                : throw ServerOptions.Refused($"The setting Fhir:Packages:Registries is a list of URLs like https://packages.example.org, not '{part}'."));
        }

        return new PackageSettings(registries, new PackageLimits(
            ServerOptions.Number(section, "MaxMegabytes", preset.MaxBytes >> 20, 1, 1024) << 20,
            (long)ServerOptions.Number(section, "MaxUnpackedMegabytes", (int)(preset.MaxUnpackedBytes >> 20), 1, 16_384) << 20,
            ServerOptions.Number(section, nameof(PackageLimits.MaxFileBytes), preset.MaxFileBytes, 1024, 1 << 30),
            ServerOptions.Number(section, nameof(PackageLimits.MaxFiles), preset.MaxFiles, 1, 1_000_000),
            ServerOptions.Number(section, nameof(PackageLimits.MaxPackages), preset.MaxPackages, 1, 10_000),
            TimeSpan.FromSeconds(ServerOptions.Number(section, "FetchSeconds", (int)preset.FetchTime.TotalSeconds, 1, 3600))));
    }
}
