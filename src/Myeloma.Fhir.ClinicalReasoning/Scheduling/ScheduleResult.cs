using System.Globalization;
using System.Text.Json;
using Myeloma.Fhir.ClinicalReasoning.Definitions;
using Myeloma.Fhir.Model;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;

namespace Myeloma.Fhir.ClinicalReasoning.Scheduling;

/// <summary>Writes a laid out plan as Parameters.</summary>
internal static class ScheduleResult
{
    public static byte[] Write(Definition plan, ScheduleWalk walk, IReadOnlyList<Issue> issues)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, JsonWriting.Options with { MaxDepth = 1_000 }))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "Parameters"u8);
            writer.WriteStartArray("parameter"u8);
            Value(writer, "plan", plan.Canonical is null ? "valueString" : "valueCanonical", plan.Name);
            foreach (var cycle in walk.Cycles) Parts(writer, "cycle", () => WriteCycle(writer, cycle));
            foreach (var day in walk.Days.OrderBy(day => day.When.From)) Parts(writer, "administration", () => WriteDay(writer, day));
            foreach (var action in walk.Undated) Parts(writer, "undated", () => WriteAction(writer, action));
            if (issues.Count > 0) WriteOutcome(writer, issues);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return stream.ToArray();
    }

    private static void WriteCycle(Utf8JsonWriter writer, ScheduledCycle cycle)
    {
        Number(writer, "number", cycle.Number);
        Value(writer, "start", "valueDate", Text(cycle.Start));
        Value(writer, "end", "valueDate", Text(cycle.End));
        Value(writer, "action", "valueString", cycle.Action.Id);
        if (cycle.Action.Title is { } title) Value(writer, "title", "valueString", title);
    }

    private static void WriteDay(Utf8JsonWriter writer, ScheduledDay day)
    {
        WriteMoment(writer, "date", day.When.From);
        if (!day.When.IsOne) WriteMoment(writer, "latest", day.When.To);
        if (day.Cycle > 0) Number(writer, "cycle", day.Cycle);
        if (day.Day is { } number) Number(writer, "day", number);
        WriteAction(writer, day.Action);
        if (day.Instructions is { } instructions) Value(writer, "instructions", "valueString", instructions);
    }

    private static void WriteAction(Utf8JsonWriter writer, ScheduledAction action)
    {
        Value(writer, "action", "valueString", action.Id);
        if (action.Title is { } title) Value(writer, "title", "valueString", title);
        if (action.Source.Child("definition") is { Type.Name: "canonical", Text: { } canonical }) Value(writer, "definition", "valueCanonical", canonical);
        if (action.Activity is not { } activity) return;
        if (activity.Child("product") is { } product) Raw(writer, "medication", product.Type.Name == "Reference" ? "valueReference" : "valueCodeableConcept", product);
        foreach (var dosage in activity.Children("dosage")) Raw(writer, "dosage", "valueDosage", dosage);
    }

    private static void WriteMoment(Utf8JsonWriter writer, string name, Moment moment) => Value(writer, name, moment.At is null ? "valueDate" : "valueDateTime", moment.ToString());

    private static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static void WriteOutcome(Utf8JsonWriter writer, IReadOnlyList<Issue> issues)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, "outcome"u8);
        writer.WritePropertyName("resource"u8);
        OperationOutcome.Write(writer, issues);
        writer.WriteEndObject();
    }

    private static void Parts(Utf8JsonWriter writer, string name, Action write)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteStartArray("part"u8);
        write();
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter writer, string name, int value)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteNumber("valueInteger"u8, value);
        writer.WriteEndObject();
    }

    private static void Value(Utf8JsonWriter writer, string name, string type, string value)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString(type, value);
        writer.WriteEndObject();
    }

    private static void Raw(Utf8JsonWriter writer, string name, string type, Element element)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WritePropertyName(type);
        writer.WriteRawValue(element.RawValue, skipInputValidation: true);
        writer.WriteEndObject();
    }
}
