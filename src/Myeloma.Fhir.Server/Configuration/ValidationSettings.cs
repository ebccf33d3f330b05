using Myeloma.Fhir.Interactions.Validation;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Server.Configuration;

/// <summary>The section <c>Fhir:Validation</c>; deploy/configuration.md has the list.</summary>
internal static class ValidationSettings
{
    /// <exception cref="Model.Issues.FhirException"><c>invalid</c>: a value that can't be read or makes no sense; the text names the setting.</exception>
    public static ValidationPolicy Read(IConfigurationSection section, ValidationPolicy preset) => new()
    {
        Mode = ModeOf(section, "Mode") ?? preset.Mode,
        ByType = ByType(section.GetSection("ByType")),
        ByProfile = ByProfile(section.GetSection("ByProfile")),
        AlwaysTells = Tells(section),
        MaxIssues = ServerOptions.Number(section, nameof(ValidationPolicy.MaxIssues), preset.MaxIssues, 10, 100_000),
        MaxReferences = ServerOptions.Number(section, nameof(ValidationPolicy.MaxReferences), preset.MaxReferences, 0, 100_000),
        MaxDefinitionBytes = ServerOptions.Number(section, nameof(ValidationPolicy.MaxDefinitionBytes), preset.MaxDefinitionBytes, 0, int.MaxValue),
        InvariantSteps = ServerOptions.Number(section, nameof(ValidationPolicy.InvariantSteps), preset.InvariantSteps, 1_000, int.MaxValue),
        InvariantTime = TimeSpan.FromMilliseconds(ServerOptions.Number(section, "InvariantMilliseconds", (int)preset.InvariantTime.TotalMilliseconds, 10, 60_000)),
    };

    private static Dictionary<string, ValidationMode> ByType(IConfigurationSection section)
    {
        var modes = new Dictionary<string, ValidationMode>(StringComparer.Ordinal);
        foreach (var each in section.GetChildren())
        {
            // Environment variables are often written in capitals.
            var type = R4Schema.Instance.ResourceTypes.FirstOrDefault(name => name.Equals(each.Key, StringComparison.OrdinalIgnoreCase))
                ?? throw ServerOptions.Refused($"The setting {each.Path} names no resource type of FHIR R4.");
            if (ModeOf(section, each.Key) is { } mode) modes[type] = mode;
        }

        return modes;
    }

    private static Dictionary<string, ValidationMode> ByProfile(IConfigurationSection section)
    {
        var modes = new Dictionary<string, ValidationMode>(StringComparer.Ordinal);
        foreach (var each in section.GetChildren())
        {
            if (each["Profile"] is not { Length: > 0 } profile) throw ServerOptions.Refused($"The setting {each.Path} needs {each.Path}:Profile, the canonical of a profile.");
            modes[profile] = ModeOf(each, "Mode") ?? throw ServerOptions.Refused($"The setting {each.Path} needs {each.Path}:Mode: default, off, warn or reject.");
        }

        return modes;
    }

    private static ValidationMode? ModeOf(IConfigurationSection section, string name) => section[name] switch
    {
        null or "" => null,
        "default" => ValidationMode.Default,
        "off" => ValidationMode.Off,
        "warn" => ValidationMode.Warn,
        "reject" => ValidationMode.Reject,
        var text => throw ServerOptions.Refused($"The setting {section.Path}:{name} is default, off, warn or reject, not '{text}'."),
    };

    private static bool Tells(IConfigurationSection section) => section["Tell"] switch
    {
        null or "" or "asked" => false,
        "always" => true,
        var text => throw ServerOptions.Refused($"The setting {section.Path}:Tell is asked or always, not '{text}'."),
    };
}
