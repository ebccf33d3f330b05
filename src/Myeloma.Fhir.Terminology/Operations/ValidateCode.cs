using System.Text.Json;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Terminology.Prepared;

namespace Myeloma.Fhir.Terminology.Operations;

/// <summary><c>$validate-code</c> of value sets and code systems, and the batch of several such questions.</summary>
public sealed class ValidateCode(TerminologyLimits limits)
{
    /// <summary><c>ValueSet/$validate-code</c>. https://hl7.org/fhir/R4/valueset-operation-validate-code.html</summary>
    /// <returns>Parameters as UTF-8 JSON: a code that is no member is an answer, with <c>result</c> false and the reasons in <c>issues</c>.</returns>
    /// <exception cref="FhirException"><c>not-found</c>: the value set or a supplement is not here; <c>invalid</c>: no code to validate, a filter that can't be applied; <c>processing</c>: a circle of imports.</exception>
    public byte[] ValueSet(TerminologyCatalog catalog, TerminologyArguments arguments) => ValueSet(new TerminologyRequest(catalog, limits, arguments));

    /// <summary><c>CodeSystem/$validate-code</c>. https://hl7.org/fhir/R4/codesystem-operation-validate-code.html</summary>
    /// <returns>As <see cref="ValueSet(TerminologyCatalog, TerminologyArguments)"/>.</returns>
    /// <exception cref="FhirException"><c>invalid</c>: no code to validate; <c>not-found</c>: a supplement is not here.</exception>
    public byte[] CodeSystem(TerminologyCatalog catalog, TerminologyArguments arguments) => new CodeValidation(new TerminologyRequest(catalog, limits, arguments), null).Answer();

    /// <summary>The question without its code.</summary>
    /// <param name="isValueSet">Whether it is asked of a value set.</param>
    /// <param name="answer">What the operation said to the same parameters.</param>
    /// <returns>Null where the code decides on more than what is told of it.</returns>
    public PreparedQuestion? Prepare(TerminologyCatalog catalog, TerminologyArguments arguments, bool isValueSet, ReadOnlySpan<byte> answer)
    {
        var request = new TerminologyRequest(catalog, limits, arguments);
        return new CodeValidation(request, isValueSet ? request.ValueSet() : null).Prepare(answer);
    }

    /// <summary><c>$batch-validate-code</c>: each <c>validation</c> is a Parameters of its own, and takes from the batch what it does not say itself.</summary>
    /// <param name="isValueSet">Whether a question that names no value set is an error; else it is asked of the code system.</param>
    /// <returns>Parameters with one <c>validation</c> a question, in their order: the answer, or an OperationOutcome where there is none.</returns>
    /// <exception cref="FhirException"><c>too-costly</c>: more questions than the limit.</exception>
    public byte[] Batch(TerminologyCatalog catalog, TerminologyArguments arguments, bool isValueSet)
    {
        var batch = new TerminologyRequest(catalog, limits, arguments);
        var questions = arguments.Parameters("validation").Select(parameter => parameter.Child("resource")).OfType<Element>().ToList();
        if (questions.Count > limits.MaxBatch)
            throw new FhirException(Issue.TooCostly(FormattableString.Invariant($"A batch may hold {limits.MaxBatch} questions, not {questions.Count} (setting Fhir:Terminology:MaxBatch).")));
        var shared = new TerminologyArguments(arguments.All.Where(each => each.Name is not ("validation" or "tx-resource")), arguments.AcceptLanguage);
        return JsonOutput.Parameters(writer =>
        {
            foreach (var question in questions)
            {
                writer.WriteStartObject();
                writer.WriteString("name", "validation");
                writer.WritePropertyName("resource");
                WriteAnswer(writer, new TerminologyRequest(batch, shared.Under(TerminologyArguments.Of(question))), isValueSet);
                writer.WriteEndObject();
            }
        });
    }

    private static void WriteAnswer(Utf8JsonWriter writer, TerminologyRequest request, bool isValueSet)
    {
        try
        {
            var hasValueSet = request.Arguments.Has("url") || request.Arguments.Has("valueSet");
            writer.WriteRawValue(isValueSet && hasValueSet ? ValueSet(request) : new CodeValidation(request, null).Answer(), skipInputValidation: true);
        }
        catch (FhirException fault)
        {
            OperationOutcome.Write(writer, fault.Issues);
        }
    }

    private static byte[] ValueSet(TerminologyRequest request) => new CodeValidation(request, request.ValueSet()).Answer();
}
