using System.Globalization;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>The days of a cycle that an action is done on, as extensions state them. Day 1 is the first day of the cycle, day 0 the one before.</summary>
/// <remarks>https://hl7.org/fhir/R4/extension-timing-daysofcycle.html (one extension, a <c>day</c> each); the extension of a country, with instructions for each day, repeats instead.</remarks>
internal static class DaysOfCycle
{
    private static readonly string[] Urls = ["http://hl7.org/fhir/StructureDefinition/timing-daysOfCycle", "http://hl7.org.nz/fhir/StructureDefinition/sact-timing-of-days"];

    /// <summary>A day, and what is said about it.</summary>
    /// <param name="Instructions">Null when nothing is.</param>
    internal readonly record struct Day(int Number, string? Instructions);

    /// <summary>Whether an extension is one of those that state days.</summary>
    public static bool Reads(string? url) => url is not null && Urls.Contains(url);

    /// <param name="action">An action, or an activity; its timing is looked into, too.</param>
    /// <returns>In the order stated; empty when no day is.</returns>
    public static IReadOnlyList<Day> Of(Element action)
    {
        var days = new List<Day>();
        Read(action, days);
        if (action.Child("timing") is { Type.Name: "Timing" } timing)
        {
            Read(timing, days);
            if (timing.Child("repeat") is { } repeat) Read(repeat, days);
        }

        return days;
    }

    private static void Read(Element element, List<Day> days)
    {
        foreach (var extension in element.Children("extension"))
        {
            if (extension.TextOf("url") is not { } url || !Urls.Contains(url)) continue;
            string? instructions = null;
            foreach (var part in extension.Children("extension"))
                if (part.TextOf("url") == "instructions") instructions = part.TextOf("value");
            foreach (var part in extension.Children("extension"))
                if (part.TextOf("url") == "day" && int.TryParse(part.TextOf("value"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var day)) days.Add(new Day(day, instructions));
        }
    }
}
