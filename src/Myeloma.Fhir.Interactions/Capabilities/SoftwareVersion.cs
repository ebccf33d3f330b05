using System.Reflection;
using System.Text.Json;

namespace Myeloma.Fhir.Interactions.Capabilities;

/// <summary>Name, version and release date of this software, as capability statements tell them; version and date are stated in Directory.Build.props.</summary>
internal static class SoftwareVersion
{
    private static readonly Assembly Own = typeof(SoftwareVersion).Assembly;

    /// <summary>Without what a build adds to it: <c>0.1.0</c>.</summary>
    public static readonly string Version =
        Own.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private static readonly string? ReleaseDate =
        Own.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(each => each.Key == "ReleaseDate")?.Value;

    /// <summary>The element <c>software</c>.</summary>
    /// <param name="withDate">Whether the element of the resource has a release date: that of TerminologyCapabilities has none.</param>
    public static void Write(Utf8JsonWriter writer, bool withDate)
    {
        writer.WriteStartObject("software");
        writer.WriteString("name", "Myeloma.Fhir");
        writer.WriteString("version", Version);
        if (withDate && ReleaseDate is not null) writer.WriteString("releaseDate", ReleaseDate);
        writer.WriteEndObject();
    }
}
