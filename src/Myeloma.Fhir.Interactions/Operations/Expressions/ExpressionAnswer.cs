using System.Buffers;
using System.Reflection;
using System.Text.Json;
using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.Interactions.Operations.Expressions;

/// <summary>The outcome of an evaluation as Parameters, in the form public FHIRPath labs read.</summary>
internal sealed class ExpressionAnswer(ExpressionLimits limits)
{
    private static readonly string Evaluator =
        $"Myeloma.Fhir-{typeof(FhirPathExpression).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0"} (R4)";

    private readonly ArrayBufferWriter<byte> output = new(4096);

    /// <returns>UTF-8 JSON.</returns>
    /// <exception cref="FhirException"><c>too-costly</c>: larger than an answer may be.</exception>
    public ReadOnlyMemory<byte> Write(ExpressionRequest request, ExpressionOutcome outcome)
    {
        using (var writer = new Utf8JsonWriter(output, JsonWriting.Options))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "Parameters"u8);
            writer.WriteString("id"u8, "fhirpath"u8);
            writer.WriteStartArray("parameter"u8);
            WriteAsked(writer, request, outcome);
            foreach (var result in outcome.Results) WriteResult(writer, result);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static void WriteAsked(Utf8JsonWriter writer, ExpressionRequest request, ExpressionOutcome outcome)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, "parameters"u8);
        writer.WriteStartArray("part"u8);
        WriteText(writer, "evaluator", Evaluator);
        WriteText(writer, "parseDebugTree", SyntaxTree.ToJson(outcome.Syntax.Syntax));
        if (ExpressionChecking.Name(outcome.Check) is { } type) WriteText(writer, "expectedReturnType", type);
        if (!string.IsNullOrEmpty(request.Context)) WriteText(writer, "context", request.Context);
        WriteText(writer, "expression", request.Expression);
        if (request.Resource is { } resource)
        {
            writer.WriteStartObject();
            writer.WriteString("name"u8, "resource"u8);
            writer.WritePropertyName("resource"u8);
            writer.WriteRawValue(resource.Bytes.Span, skipInputValidation: true);
            writer.WriteEndObject();
        }

        WriteVariables(writer, request.Variables);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteVariables(Utf8JsonWriter writer, IReadOnlyDictionary<string, Collection> variables)
    {
        if (variables.Count == 0) return;
        writer.WriteStartObject();
        writer.WriteString("name"u8, "variables"u8);
        writer.WriteStartArray("part"u8);
        foreach (var (name, items) in variables)
            foreach (var item in items) ItemWriting.WritePart(writer, item, name);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteResult(Utf8JsonWriter writer, ExpressionResult result)
    {
        // A parameter has a value or parts; nothing at all is said by leaving it out.
        if (result.Context is null && result.Items.Count + result.Traces.Count == 0) return;
        writer.WriteStartObject();
        writer.WriteString("name"u8, "result"u8);
        if (result.Context is not null) writer.WriteString("valueString"u8, result.Context);
        if (result.Items.Count + result.Traces.Count > 0)
        {
            writer.WriteStartArray("part"u8);
            foreach (var (name, traced) in result.Traces) WriteTrace(writer, name, traced);
            foreach (var item in result.Items) Write(writer, item);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private void WriteTrace(Utf8JsonWriter writer, string name, Collection items)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, "trace"u8);
        if (name.Length > 0) writer.WriteString("valueString"u8, name);
        if (items.Count > 0)
        {
            writer.WriteStartArray("part"u8);
            foreach (var item in items) Write(writer, item);
            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private void Write(Utf8JsonWriter writer, Item item)
    {
        ItemWriting.WritePart(writer, item);
        if (writer.BytesPending + writer.BytesCommitted > limits.MaxAnswerBytes)
            throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"The answer is larger than {limits.MaxAnswerBytes:N0} bytes, the limit of this server (setting Fhir:MaxBodyBytes).")));
    }

    private static void WriteText(Utf8JsonWriter writer, string name, string value)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("valueString"u8, value);
        writer.WriteEndObject();
    }
}
