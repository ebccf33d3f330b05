using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Myeloma.Fhir.Server.Metrics;

/// <summary>Measurements in the text format of Prometheus.</summary>
/// <remarks>https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details; names from OpenTelemetry's as https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/ says.</remarks>
internal static class PrometheusText
{
    /// <param name="series">Those of one instrument next to each other.</param>
    public static string Of(IEnumerable<MeasuredSeries> series)
    {
        var text = new StringBuilder(16 * 1024);
        string? last = null;
        foreach (var one in series)
        {
            var name = NameOf(one.Instrument);
            if (name != last)
            {
                if (one.Instrument.Description is { Length: > 0 } description) text.Append("# HELP ").Append(name).Append(' ').Append(Escape(description, isHelp: true)).Append('\n');
                text.Append("# TYPE ").Append(name).Append(' ').Append(TypeOf(one.Instrument)).Append('\n');
                last = name;
            }

            if (MeasurementCollection.IsHistogram(one.Instrument)) WriteHistogram(text, name, one);
            else Write(text, name, one.Tags, null, one.Value);
        }

        return text.ToString();
    }

    private static void WriteHistogram(StringBuilder text, string name, MeasuredSeries series)
    {
        for (var at = 0; at < series.Bounds.Count; at++) Write(text, name + "_bucket", series.Tags, Number(series.Bounds[at]), series.Buckets[at]);
        Write(text, name + "_bucket", series.Tags, "+Inf", series.Count);
        Write(text, name + "_sum", series.Tags, null, series.Value);
        Write(text, name + "_count", series.Tags, null, series.Count);
    }

    private static void Write(StringBuilder text, string name, IReadOnlyList<KeyValuePair<string, string>> tags, string? bound, double value)
    {
        text.Append(name);
        var labels = tags.Select(tag => $"{Identifier(tag.Key)}=\"{Escape(tag.Value, isHelp: false)}\"");
        if (bound is not null) labels = labels.Append($"le=\"{bound}\"");
        var all = string.Join(',', labels);
        if (all.Length > 0) text.Append('{').Append(all).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string NameOf(Instrument instrument)
    {
        var name = Identifier(instrument.Name);
        var unit = instrument.Unit switch { "s" => "_seconds", "By" => "_bytes", "1" when !MeasurementCollection.IsCounter(instrument) => "_ratio", _ => "" };
        if (!name.EndsWith(unit, StringComparison.Ordinal)) name += unit;
        return MeasurementCollection.IsCounter(instrument) && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    private static string TypeOf(Instrument instrument) =>
        MeasurementCollection.IsHistogram(instrument) ? "histogram" : MeasurementCollection.IsCounter(instrument) ? "counter" : "gauge";

    private static string Identifier(string name) => string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));

    private static string Escape(string text, bool isHelp)
    {
        var escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        return isHelp ? escaped : escaped.Replace("\"", "\\\"", StringComparison.Ordinal);
    }

    private static string Number(double value) => double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}
