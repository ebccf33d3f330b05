using System.Globalization;
using System.Text.Json;
using System.Xml;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Server.Validating;

/// <summary>How results are written.</summary>
internal enum ReportFormat
{
    Text,
    Json,
    JUnit,
}

/// <summary>What a run came to.</summary>
/// <param name="Failed">Resources that count as failed.</param>
internal sealed record ValidationSummary(int Resources, int Failed, int Errors, int Warnings, TimeSpan Elapsed)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Count(Resources, "resource")}, {Failed} failed: {Count(Errors, "error")}, {Count(Warnings, "warning")} ({Elapsed.TotalSeconds:0.0} s).");

    private static string Count(int number, string name) => string.Create(CultureInfo.InvariantCulture, $"{number:N0} {name}{(number == 1 ? "" : "s")}");
}

/// <summary>Writes the results of one run, in the order of the inputs.</summary>
internal abstract class ValidationReport
{
    public static ValidationReport Of(ReportFormat format, TextWriter output, bool isVerbose, Func<ValidatedResource, bool> isFailed) => format switch
    {
        ReportFormat.Json => new JsonReport(output),
        ReportFormat.JUnit => new JUnitReport(output, isFailed),
        _ => new TextReport(output, isVerbose),
    };

    public abstract void Add(ValidatedResource resource);

    public abstract void End(ValidationSummary summary);

    /// <summary>An issue on one line: <c>file:line:column: severity: words [message-id] (expression)</c>, the form that editors jump to.</summary>
    private static string LineOf(string name, Issue issue)
    {
        var place = issue.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{name}:{issue.Line}:{issue.Column}") : name;
        var id = issue.MessageId is null ? issue.Type.Code() : issue.MessageId;
        return $"{place}: {issue.Severity.Code()}: {issue.Diagnostics.ReplaceLineEndings(" ")} [{id}]{(issue.Expression is null ? "" : $" ({issue.Expression})")}";
    }

    private sealed class TextReport(TextWriter output, bool isVerbose) : ValidationReport
    {
        public override void Add(ValidatedResource resource)
        {
            foreach (var issue in resource.Issues) output.WriteLine(LineOf(resource.Name, issue));
            if (isVerbose && resource.Issues.Count == 0) output.WriteLine($"{resource.Name}: no issues");
        }

        public override void End(ValidationSummary summary)
        {
            output.WriteLine(summary);
            output.Flush();
        }
    }

    /// <summary><c>{"resources":[{"name", "valid", "outcome"}], "summary":{…}}</c>, each outcome an OperationOutcome.</summary>
    private sealed class JsonReport : ValidationReport
    {
        private readonly TextWriter output;
        private bool isOpen;

        public JsonReport(TextWriter output)
        {
            this.output = output;
            output.Write("{\"resources\":[");
        }

        public override void Add(ValidatedResource resource)
        {
            output.WriteLine(isOpen ? "," : "");
            isOpen = true;
            output.Write(Text(writer =>
            {
                writer.WriteStartObject();
                writer.WriteString("name", resource.Name);
                writer.WriteBoolean("valid", resource.Errors == 0);
                writer.WritePropertyName("outcome");
                OperationOutcome.Write(writer, resource.Issues);
                writer.WriteEndObject();
            }));
        }

        public override void End(ValidationSummary summary)
        {
            output.WriteLine("],");
            output.Write("\"summary\":");
            output.Write(Text(writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("resources", summary.Resources);
                writer.WriteNumber("failed", summary.Failed);
                writer.WriteNumber("errors", summary.Errors);
                writer.WriteNumber("warnings", summary.Warnings);
                writer.WriteNumber("seconds", Math.Round(summary.Elapsed.TotalSeconds, 3));
                writer.WriteEndObject();
            }));
            output.WriteLine("}");
            output.Flush();
        }

        private static string Text(Action<Utf8JsonWriter> write)
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options)) write(writer);
            return System.Text.Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
        }
    }

    /// <summary>JUnit's XML, a test case a resource; its counts stand before the cases, so these are kept until the end.</summary>
    private sealed class JUnitReport(TextWriter output, Func<ValidatedResource, bool> isFailed) : ValidationReport
    {
        private readonly List<(string Name, bool IsFailed, string[] Lines)> cases = [];

        public override void Add(ValidatedResource resource) =>
            cases.Add((resource.Name, isFailed(resource), [.. resource.Issues.Select(issue => LineOf(resource.Name, issue))]));

        public override void End(ValidationSummary summary)
        {
            using (var xml = XmlWriter.Create(output, new XmlWriterSettings { Indent = true, CheckCharacters = false, CloseOutput = false, Encoding = output.Encoding }))
            {
                xml.WriteStartElement("testsuites");
                xml.WriteStartElement("testsuite");
                xml.WriteAttributeString("name", "validate");
                xml.WriteAttributeString("tests", summary.Resources.ToString(CultureInfo.InvariantCulture));
                xml.WriteAttributeString("failures", summary.Failed.ToString(CultureInfo.InvariantCulture));
                xml.WriteAttributeString("time", summary.Elapsed.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));
                foreach (var (name, failed, lines) in cases) WriteCase(xml, name, failed, lines);
                xml.WriteEndElement();
                xml.WriteEndElement();
            }

            output.WriteLine();
            output.Flush();
        }

        private static void WriteCase(XmlWriter xml, string name, bool failed, string[] lines)
        {
            xml.WriteStartElement("testcase");
            xml.WriteAttributeString("classname", "validate");
            xml.WriteAttributeString("name", Legal(name));
            if (lines.Length > 0)
            {
                xml.WriteStartElement(failed ? "failure" : "system-out");
                if (failed) xml.WriteAttributeString("message", Legal(lines[0]));
                xml.WriteString(Legal(string.Join('\n', lines)));
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        /// <summary>Control characters that a resource may hold in escapes have no place in XML.</summary>
        private static string Legal(string text) =>
            text.All(XmlConvert.IsXmlChar) ? text : string.Concat(text.Select(letter => XmlConvert.IsXmlChar(letter) || char.IsSurrogate(letter) ? letter : '\uFFFD'));
    }
}
