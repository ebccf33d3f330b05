namespace Myeloma.Fhir.Validation.Codes;

/// <summary>Whether a code is in a value set. https://hl7.org/fhir/R4/valueset-operation-validate-code.html</summary>
/// <param name="valueSet">Canonical, with <c>|version</c> when the binding states one; null asks whether the system has the code at all.</param>
/// <param name="system">Null for an element of type code, whose system the value set implies.</param>
public delegate CodeAnswer CodeMembership(string? valueSet, string? system, string code);

/// <summary>What is known of a code.</summary>
public enum CodeAnswer
{
    Member,

    /// <summary>The set is known and does not hold the code.</summary>
    NotMember,

    /// <summary>The system is known whole and does not have the code.</summary>
    UnknownCode,

    /// <summary>The content of the code's system is not known here, so nothing can be said.</summary>
    UnknownSystem,

    /// <summary>The value set is not known here.</summary>
    UnknownValueSet,
}
