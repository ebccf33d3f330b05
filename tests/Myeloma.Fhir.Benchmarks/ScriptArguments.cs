using System.Globalization;

namespace Myeloma.Fhir.Benchmarks;

/// <summary>What the measuring scripts have in common: options of the command line, and the middle of what was measured.</summary>
internal static class ScriptArguments
{
    /// <returns>The word behind the name; null when the option is not given.</returns>
    public static string? Text(this string[] arguments, string name) =>
        Array.IndexOf(arguments, name) is var at && at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;

    public static int Number(this string[] arguments, string name, int otherwise) => arguments.Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
